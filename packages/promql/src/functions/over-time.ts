import { wallSeconds, type EvaluationContext } from '../plans/plan.ts'
import type { RangeWindow } from '../plans/range-window.ts'
import { overRange, placeOfArgument, type FunctionDefinition } from './definition.ts'
import { KahanSum, Mean } from '../numbers/kahan.ts'
import { quantile, quantileWarning } from '../numbers/quantile.ts'

/** The largest value of a range. NaN is replaced by anything. */
function largest({ samples, from, to }: RangeWindow): number {
  let kept = samples[from + 1] ?? NaN
  for (let i = from + 3; i < to; i += 2) {
    const value = samples[i] ?? NaN
    if (value > kept || kept !== kept) kept = value
  }
  return kept
}

function smallest({ samples, from, to }: RangeWindow): number {
  let kept = samples[from + 1] ?? NaN
  for (let i = from + 3; i < to; i += 2) {
    const value = samples[i] ?? NaN
    if (value < kept || kept !== kept) kept = value
  }
  return kept
}

/** Population variance by Welford's method (Technometrics 4, 1962). */
function variance(window: RangeWindow): number {
  let mean = 0
  let squares = 0
  for (let i = 0; i < window.length; i++) {
    const value = window.valueAt(i)
    const delta = value - mean
    mean += delta / (i + 1)
    squares += delta * (value - mean)
  }
  return squares / window.length
}

/** How often neighbouring values satisfy the test; NaN to NaN does not count as a change. */
function countPairs(test: (value: number, previous: number) => boolean) {
  return (window: RangeWindow): number => {
    let count = 0
    for (let i = 1; i < window.length; i++) {
      if (test(window.valueAt(i), window.valueAt(i - 1))) count += 1
    }
    return count
  }
}

const sum = new KahanSum()
const mean = new Mean()

function sumOf(window: RangeWindow): number {
  sum.reset()
  for (let i = 0; i < window.length; i++) sum.add(window.valueAt(i))
  return sum.value
}

function meanOf(window: RangeWindow): number {
  mean.reset()
  for (let i = 0; i < window.length; i++) mean.add(window.valueAt(i))
  return mean.value
}

const quantileOverTime: FunctionDefinition = overRange(
  'quantile_over_time',
  call => {
    const q = call.scalar(0)
    const place = placeOfArgument(call, 0)
    const scratch: number[] = []
    return (window, _rangeMs, context) => {
      const wanted = q.value
      const warning = quantileWarning(wanted)
      if (warning !== undefined) context.annotations.add('warning', warning + place)
      scratch.length = 0
      for (let i = 0; i < window.length; i++) scratch.push(window.valueAt(i))
      return quantile(wanted, scratch)
    }
  },
  { args: ['scalar', 'range vector'] },
)

/** The time in seconds of the sample that stands, the last of equal ones; NaN gives way to anything. */
function timeOf(better: (value: number, kept: number) => boolean) {
  return (window: RangeWindow, _rangeMs: number, context: EvaluationContext): number => {
    let at = 0
    for (let i = 1; i < window.length; i++) {
      const kept = window.valueAt(at)
      if (Number.isNaN(kept) || better(window.valueAt(i), kept)) at = i
    }
    return wallSeconds(context, window.timeAt(at))
  }
}

function timeAt(place: (window: RangeWindow) => number) {
  return (window: RangeWindow, _rangeMs: number, context: EvaluationContext): number =>
    wallSeconds(context, window.timeAt(place(window)))
}

const distances: number[] = []

/** Median absolute deviation. A sample that is not a number leaves the median unknown. */
function deviation(window: RangeWindow): number {
  distances.length = 0
  for (let i = 0; i < window.length; i++) {
    const value = window.valueAt(i)
    if (Number.isNaN(value)) return NaN
    distances.push(value)
  }
  const median = quantile(0.5, distances)
  for (let i = 0; i < window.length; i++) distances[i] = Math.abs((distances[i] ?? NaN) - median)
  return quantile(0.5, distances)
}

const experimental = { experimental: true } as const

export const overTimeFunctions: readonly FunctionDefinition[] = [
  overRange('avg_over_time', () => meanOf),
  overRange('sum_over_time', () => sumOf),
  overRange('min_over_time', () => smallest),
  overRange('max_over_time', () => largest),
  overRange('count_over_time', () => window => window.length),
  overRange('present_over_time', () => () => 1),
  overRange('last_over_time', () => window => window.valueAt(window.length - 1), { keepName: true }),
  overRange('stddev_over_time', () => window => Math.sqrt(variance(window))),
  overRange('stdvar_over_time', () => variance),
  overRange('changes', () =>
    countPairs((value, previous) => value !== previous && !(Number.isNaN(value) && Number.isNaN(previous))),
  ),
  overRange('resets', () => countPairs((value, previous) => value < previous)),
  quantileOverTime,
  overRange('first_over_time', () => window => window.valueAt(0), { keepName: true, experimental: true }),
  overRange('mad_over_time', () => deviation, experimental),
  overRange('ts_of_first_over_time', () => timeAt(() => 0), experimental),
  overRange('ts_of_last_over_time', () => timeAt(window => window.length - 1), experimental),
  overRange('ts_of_max_over_time', () => timeOf((value, kept) => value >= kept), experimental),
  overRange('ts_of_min_over_time', () => timeOf((value, kept) => value <= kept), experimental),
]
