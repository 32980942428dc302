import { collectInstrument, instrumentType } from './collection.ts'
import { DeltaState } from './delta-state.ts'
import { hrTime } from './hr-time.ts'
import type { Instrument } from './instrument.ts'
import type { InstrumentType, MetricData, Scope, ScopeMetrics, Temporality } from './metric-data.ts'
import { CUMULATIVE, DELTA } from './metric-data.ts'
import type { Faults } from './faults.ts'

/** What a producer asks of the reader it serves; every SDK `MetricReader` fits. */
export interface ProducerReader {
  selectAggregationTemporality(instrumentType: InstrumentType): Temporality
}

/** An SDK `MetricProducer`, structurally. */
export interface SignalProducer {
  /** Never rejects and never waits: a rejecting producer would drop the user's whole export, a hanging one would hang it. */
  collect(): Promise<{ resourceMetrics: { resource: { attributes: object }; scopeMetrics: ScopeMetrics[] }; errors: unknown[] }>
  /** The same without a promise. */
  read(): ScopeMetrics
}

interface ProducerSource {
  readonly scope: Scope
  readonly faults: Faults
  runObservers(nowMs: number): void
}

type Instruments = Iterable<readonly [string, Instrument]>

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
    // A gauge has no temporality: it is the last value for everyone.
    if (kind === 'gauge') return undefined
    const temporality = reader?.selectAggregationTemporality(instrumentType(instrument.definition)) ?? CUMULATIVE
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
    collect: () =>
      Promise.resolve({ resourceMetrics: { resource: { attributes: {} }, scopeMetrics: [read()] }, errors: [] }),
  }
}
