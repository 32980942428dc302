import { collectInstrument, instrumentType } from './collection.ts'
import { DeltaState } from './delta-state.ts'
import type { Faults } from '../faults/faults.ts'
import { hrTime } from '../metrics/hr-time.ts'
import type { Instrument } from '../series/instrument.ts'
import type { MetricData, ProducedResource, Scope, ScopeMetrics } from '../metrics/metric-data.ts'
import { CUMULATIVE, DELTA } from '../metrics/metric-data.ts'

/** What a producer asks of the reader it serves; every SDK `MetricReader` fits. */
export interface ProducerReader {
  // `never` and `number`: the SDK's own types are enums, which only its own enums are assignable to.
  selectAggregationTemporality(instrumentType: never): number
}

/** An SDK `MetricProducer`, structurally. */
export interface SignalProducer {
  /** Never rejects and never waits: a rejecting producer would drop the user's whole export, a hanging one would hang it. */
  collect(): Promise<{
    resourceMetrics: { resource: ProducedResource; scopeMetrics: ScopeMetrics[] }
    errors: unknown[]
  }>
  /** The same without a promise. */
  read(): ScopeMetrics
}

interface ProducerSource {
  readonly scope: Scope
  readonly faults: Faults
  runObservers(nowMs: number): void
}

type Instruments = Iterable<readonly [string, Instrument]>

/** Readers keep the resource of their own provider; this one is there because the SDK's type wants one. */
const RESOURCE: ProducedResource = { attributes: {}, merge: other => other ?? RESOURCE, getRawAttributes: () => [] }

/** One reader's view of a registry: cumulative totals, or the deltas since this reader's last collection. */
export function createProducer(
  source: ProducerSource,
  instruments: Instruments,
  reader: ProducerReader | undefined,
  clock: () => number,
): SignalProducer {
  const deltas = new Map<Instrument, DeltaState>()

  const deltaOf = (instrument: Instrument): DeltaState | undefined => {
    const { kind } = instrument.definition
    // A level is read as a whole. The specification's delta preference, too, leaves up-down counters cumulative.
    if (kind === 'gauge' || kind === 'upDownCounter') return undefined
    const type = instrumentType(instrument.definition) as never
    const temporality = reader?.selectAggregationTemporality(type) ?? CUMULATIVE
    if (temporality !== DELTA) return undefined
    let delta = deltas.get(instrument)
    if (delta === undefined) deltas.set(instrument, (delta = new DeltaState(instrument.cells)))
    return delta
  }

  const read = (): ScopeMetrics => {
    const metrics: MetricData[] = []
    source.faults.contain('signal', () => {
      const nowMs = clock()
      source.runObservers(nowMs)
      const endTime = hrTime(nowMs)
      for (const [, instrument] of instruments) {
        const metric = collectInstrument(instrument, endTime, deltaOf(instrument))
        if (metric !== undefined) metrics.push(metric)
      }
    })
    return { scope: source.scope, metrics }
  }

  return {
    read,
    collect: () => {
      const scopeMetrics = [read()].filter(({ metrics }) => metrics.length > 0)
      return Promise.resolve({ resourceMetrics: { resource: RESOURCE, scopeMetrics }, errors: [] })
    },
  }
}
