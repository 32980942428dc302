import type { BatchObservableResult, Meter, MeterProvider, Observable } from '@opentelemetry/api'
import { createNoopMeter } from '@opentelemetry/api'
import type { Faults } from '../faults/faults.ts'
import type { Instrument } from '../series/instrument.ts'
import type { Scope } from '../metrics/metric-data.ts'
import type { Series } from '../series/series.ts'

/** Which metrics go through a Meter. */
export interface MeterBindingOptions {
  /** Whether histograms do; else a producer exports them, for a Meter that does not keep their buckets. @default true */
  readonly withHistograms?: boolean
}

interface BindingSource {
  readonly scope: Scope
  readonly faults: Faults
  runObservers(nowMs: number): void
}

/** A registry exported through one Meter. Disposing ends it. */
export interface MeterBinding extends Disposable {
  /** True while the application has no SDK: nothing is exported, and a producer may still take over. */
  readonly isNoop: boolean
  /** Exports an instrument that came after the binding. */
  add(instrument: Instrument): void
}

/**
 * Counters and levels become observables, so that the hot path stays our own increment; histograms cannot be observed,
 * so each recorded value is also recorded on the Meter's histogram.
 */
export function bindMeter(
  source: BindingSource,
  provider: MeterProvider,
  instruments: Iterable<Instrument>,
  clock: () => number,
  { withHistograms = true }: MeterBindingOptions = {},
): MeterBinding {
  const meter = provider.getMeter(source.scope.name, source.scope.version)
  const observed = new Map<Instrument, Observable>()
  const recorded: Instrument[] = []
  /** Up-down counters that were exported. An SDK repeats the last value of a series that has ended, so that this has to be 0. */
  const exported = new Map<Series, Observable>()

  const report = (result: BatchObservableResult): void => {
    source.faults.contain('signal', () => {
      source.runObservers(clock())
      for (const [series, observable] of exported) {
        if (series.start >= 0) continue
        exported.delete(series)
        result.observe(observable, 0, series.attributes)
      }
      for (const [instrument, observable] of observed) {
        const { values } = instrument.cells
        const isUpDown = instrument.definition.kind === 'upDownCounter'
        for (const series of instrument.series()) {
          const value = values[series.start]!
          if (value !== value) continue
          result.observe(observable, value, series.attributes)
          if (isUpDown) exported.set(series, observable)
        }
      }
    })
  }

  // The callback is bound to the observables named when it is added, so it is renewed when an instrument comes later.
  const observe = (instrument: Instrument): void => {
    meter.removeBatchObservableCallback(report, [...observed.values()])
    observed.set(instrument, createObservable(meter, instrument))
    meter.addBatchObservableCallback(report, [...observed.values()])
  }

  const add = (instrument: Instrument): void => {
    if (instrument.definition.kind !== 'histogram') return observe(instrument)
    if (!withHistograms) return
    const { name, unit, description, buckets = [] } = instrument.definition
    const advice = { explicitBucketBoundaries: [...buckets] }
    instrument.recorder.histogram = meter.createHistogram(name, { unit, description, advice })
    recorded.push(instrument)
  }

  for (const instrument of instruments) add(instrument)

  return {
    isNoop: isNoop(meter),
    add,
    [Symbol.dispose]: () => {
      meter.removeBatchObservableCallback(report, [...observed.values()])
      for (const { recorder } of recorded) recorder.histogram = undefined
    },
  }
}

/** By class for our own copy of the API, which holds in a minified bundle too; by name for another copy's. */
function isNoop(meter: Meter): boolean {
  return meter.constructor === createNoopMeter().constructor || meter.constructor.name.startsWith('NoopMeter')
}

function createObservable(meter: Meter, { definition }: Instrument): Observable {
  const { name, unit, description, kind } = definition
  if (kind === 'counter') return meter.createObservableCounter(name, { unit, description })
  if (kind === 'upDownCounter') return meter.createObservableUpDownCounter(name, { unit, description })
  return meter.createObservableGauge(name, { unit, description })
}
