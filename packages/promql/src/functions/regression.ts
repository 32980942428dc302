import { EvaluationError } from '../words/errors.ts'
import type { RangeWindow } from '../plans/range-window.ts'
import { overRange, type FunctionDefinition } from './definition.ts'
import { KahanSum } from '../numbers/kahan.ts'

interface Line {
  slope: number
  intercept: number
}

const sums = { x: new KahanSum(), y: new KahanSum(), xy: new KahanSum(), x2: new KahanSum() }
const line: Line = { slope: NaN, intercept: NaN }

/**
 * Least squares through the samples, per second, with the intercept at `originMs`. Valid until the next call.
 * https://github.com/prometheus/prometheus/blob/v3.5.0/promql/functions.go (linearRegression)
 */
function regress(window: RangeWindow, originMs: number): Line {
  const { length } = window
  for (const sum of Object.values(sums)) sum.reset()
  const first = window.valueAt(0)
  let constant = true
  for (let i = 0; i < length; i++) {
    const x = (window.timeAt(i) - originMs) / 1000
    const y = window.valueAt(i)
    constant &&= y === first
    sums.x.add(x)
    sums.y.add(y)
    sums.xy.add(x * y)
    sums.x2.add(x * x)
  }
  if (constant) {
    // Exact, where the formula would leave float noise.
    line.slope = Number.isFinite(first) ? 0 : NaN
    line.intercept = Number.isFinite(first) ? first : NaN
    return line
  }
  const covariance = sums.xy.value - (sums.x.value * sums.y.value) / length
  const variance = sums.x2.value - (sums.x.value * sums.x.value) / length
  line.slope = covariance / variance
  line.intercept = sums.y.value / length - (line.slope * sums.x.value) / length
  return line
}

function factor(name: string, short: string, value: number): number {
  // NaN is let through, as in Prometheus.
  if (!(value <= 0 || value >= 1)) return value
  throw new EvaluationError(`invalid ${name} factor. Expected: 0 < ${short} < 1, got: ${value.toFixed(6)}`)
}

/** Holt's linear method (https://www.itl.nist.gov/div898/handbook/pmc/section4/pmc433.htm), started as Prometheus does. */
function smooth(window: RangeWindow, smoothing: number, trendWeight: number): number | undefined {
  const { length } = window
  if (length < 2) return undefined
  let before = 0
  let level = window.valueAt(0)
  let trend = window.valueAt(1) - level
  for (let i = 1; i < length; i++) {
    if (i > 1) trend = trendWeight * (level - before) + (1 - trendWeight) * trend
    before = level
    level = smoothing * window.valueAt(i) + (1 - smoothing) * (level + trend)
  }
  return level
}

export const regressionFunctions: readonly FunctionDefinition[] = [
  overRange('deriv', () => window => (window.length < 2 ? undefined : regress(window, window.timeAt(0)).slope)),
  overRange(
    'predict_linear',
    call => {
      const ahead = call.scalar(1)
      return (window, _rangeMs, context) => {
        if (window.length < 2) return undefined
        const { slope, intercept } = regress(window, context.timeMs)
        return intercept + slope * ahead.value
      }
    },
    { args: ['range vector', 'scalar'] },
  ),
  overRange(
    'double_exponential_smoothing',
    call => {
      const smoothing = call.scalar(1)
      const trend = call.scalar(2)
      return window => {
        const level = factor('smoothing', 'sf', smoothing.value)
        return smooth(window, level, factor('trend', 'tf', trend.value))
      }
    },
    { args: ['range vector', 'scalar', 'scalar'], experimental: true },
  ),
]
