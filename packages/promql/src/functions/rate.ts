import { placeOf } from '../words/annotation.ts'
import { unwrapParens } from '../words/ast.ts'
import { METRIC_NAME } from '../words/labels.ts'
import type { RangeWindow } from '../plans/range-window.ts'
import { overRange, type FunctionDefinition, type RangeCallSite, type RangeFunction } from './definition.ts'

/**
 * The growth of a counter (or change of a gauge) over a range, extrapolated to the range's ends as Prometheus does it:
 * to an end that is nearer than 1.1 average sample distances, else by half a distance, and never below a counter's zero.
 * https://github.com/prometheus/prometheus/blob/v3.5.0/promql/functions.go (extrapolatedRate)
 *
 * @param seconds what the growth is divided by: 1, or the range for a rate
 */
export function extrapolatedDelta(window: RangeWindow, counter: boolean, seconds = 1): number | undefined {
  const { length } = window
  if (length < 2) return undefined
  const first = window.valueAt(0)
  let delta = window.valueAt(length - 1) - first
  if (counter && window.mayDrop) {
    for (let i = 1; i < length; i++) {
      const previous = window.valueAt(i - 1)
      if (window.valueAt(i) < previous) delta += previous
    }
  }
  const firstMs = window.timeAt(0)
  const lastMs = window.timeAt(length - 1)
  const sampledMs = lastMs - firstMs
  const averageMs = sampledMs / (length - 1)
  const threshold = averageMs * 1.1
  let toStartMs = firstMs - window.startMs
  let toEndMs = window.endMs - lastMs
  if (toStartMs >= threshold) toStartMs = averageMs / 2
  if (counter && delta > 0 && first >= 0) {
    const toZeroMs = sampledMs * (first / delta)
    if (toZeroMs < toStartMs) toStartMs = toZeroMs
  }
  if (toEndMs >= threshold) toEndMs = averageMs / 2
  // One factor: what is divided after it was multiplied may have become infinite.
  return delta * ((sampledMs + toStartMs + toEndMs) / sampledMs / seconds)
}

/** The last two samples: their difference (a reset counts from zero), per second when asked. */
function instantDelta(window: RangeWindow, counter: boolean, perSecond: boolean): number | undefined {
  const { length } = window
  if (length < 2) return undefined
  const last = window.valueAt(length - 1)
  const previous = window.valueAt(length - 2)
  const delta = counter && last < previous ? last : last - previous
  return perSecond ? delta / ((window.timeAt(length - 1) - window.timeAt(length - 2)) / 1000) : delta
}

const COUNTER_NAME = /_(?:total|sum|count|bucket)$/

/** Prometheus's hint when a counter function is given something that is not named like a counter. */
function counterFunction(compute: (window: RangeWindow, rangeMs: number) => number | undefined) {
  return (call: RangeCallSite): RangeFunction => {
    const argument = call.expr.args[0]
    const inner = argument === undefined ? undefined : unwrapParens(argument)
    const selected = inner?.kind === 'range' ? inner.selector.metric : undefined
    // The state of the selector is enough in most rules; else every series is read.
    if (selected !== undefined && COUNTER_NAME.test(selected)) return compute
    const place = placeOf(call.source, inner ?? call.expr)
    return (window, rangeMs, context, labels) => {
      const value = compute(window, rangeMs)
      const name = labels.get(METRIC_NAME)
      if (value !== undefined && name !== '' && !COUNTER_NAME.test(name)) {
        const text = `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${JSON.stringify(name)}`
        context.annotations.add('info', text + place)
      }
      return value
    }
  }
}

export const rateFunctions: readonly FunctionDefinition[] = [
  overRange(
    'rate',
    counterFunction((window, rangeMs) => extrapolatedDelta(window, true, rangeMs / 1000)),
  ),
  overRange(
    'increase',
    counterFunction(window => extrapolatedDelta(window, true)),
  ),
  overRange('delta', () => window => extrapolatedDelta(window, false)),
  overRange('irate', () => window => instantDelta(window, true, true)),
  overRange('idelta', () => window => instantDelta(window, false, false)),
]
