import type { CounterSeries, Registry } from '@homeostat/signals'
import { attributes, metrics } from '@homeostat/semconv'

/** The counters of the bodies of one route and coding. */
export interface BodySeries {
  /** Bytes as the application made them. */
  readonly plain: CounterSeries
  /** Bytes as they were sent. */
  readonly sent: CounterSeries
  /** Seconds in which compressors worked. */
  readonly duration: CounterSeries
}

/** The series of one route and coding. All bodies whose route is not known share those without one. */
export function bodySeries(registry: Registry, route: string | undefined, coding: string): BodySeries {
  const labels = { ...(route !== undefined && { [attributes.httpRoute]: route }), [attributes.httpCoding]: coding }
  return {
    plain: registry.counter(metrics.httpCompressionPlain).with(labels),
    sent: registry.counter(metrics.httpCompressionSent).with(labels),
    duration: registry.counter(metrics.httpCompressionDuration).with(labels),
  }
}

/** The series of one half of the requests, while a trial divides them. */
export function armSeries(registry: Registry, arm: 'act' | 'control'): BodySeries {
  const labels = { [attributes.trialArm]: arm }
  return {
    plain: registry.counter(metrics.httpCompressionTrialPlain).with(labels),
    sent: registry.counter(metrics.httpCompressionTrialSent).with(labels),
    duration: registry.counter(metrics.httpCompressionTrialDuration).with(labels),
  }
}

/** Counts one body. */
export function count(series: BodySeries | undefined, plain: number, sent: number, seconds: number): void {
  if (series === undefined) return
  series.plain.add(plain)
  series.sent.add(sent)
  series.duration.add(seconds)
}

/** Ends the series. */
export function end({ plain, sent, duration }: BodySeries): void {
  for (const series of [plain, sent, duration]) series.remove()
}
