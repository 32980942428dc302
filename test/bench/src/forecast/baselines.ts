// What everybody would try first, as the forecasting benchmark has it.
import type { Forecasting, Predictor } from './evaluation.ts'

const HOUR_MS = 3_600_000

/** Before three samples. */
const UNKNOWN = 0.1

export const baselines: readonly Predictor[] = [
  { name: 'climatology', create: ({ limit, horizonMs, series }) => climatology(limit, horizonMs / series.intervalMs) },
  { name: 'random walk', create: ({ series }) => randomWalk(series.intervalMs) },
  { name: 'predict_linear', create: ({ series }) => linear(series.intervalMs) },
  { name: 'damped Holt', create: ({ series }) => holt(series.intervalMs) },
]

/** The base rate of the outcomes that are known, with the prior Beta(0.5, 4.5). */
function climatology(limit: number, ahead: number): Forecasting {
  let waiting: number[] = []
  let crossed = 0.5
  let not = 4.5
  let now = 0
  return {
    observe(_, value) {
      const t = now++
      if (value >= limit) {
        crossed += waiting.length
        waiting = []
        return
      }
      while (waiting.length > 0 && waiting[0]! + ahead <= t) {
        not++
        waiting.shift()
      }
      waiting.push(t)
    },
    probability: () => crossed / (crossed + not),
  }
}

/** Reflection principle, with the correction for discrete steps of Broadie, Glasserman and Kou (1997). */
function randomWalk(intervalMs: number): Forecasting {
  const weight = 1 - Math.exp(-intervalMs / HOUR_MS)
  let last = Number.NaN
  let variance = 0
  let n = 0
  return {
    observe(_, value) {
      if (n > 0) variance += Math.max(weight, 1 / n) * ((value - last) ** 2 - variance)
      last = value
      n++
    },
    probability(limit, horizonMs) {
      if (n < 3) return UNKNOWN
      if (last >= limit) return 1
      const deviation = Math.sqrt(variance) + 1e-12
      const z = (limit - last + 0.5826 * deviation) / (deviation * Math.sqrt(horizonMs / intervalMs))
      return Math.min(1, 2 * upperTail(z))
    },
  }
}

/** Prometheus's `predict_linear` over an hour, with the Gaussian prediction interval of its regression. */
function linear(intervalMs: number): Forecasting {
  const size = Math.max(12, Math.round(HOUR_MS / intervalMs))
  const window: number[] = []
  return {
    observe(_, value) {
      window.push(value)
      if (window.length > size) window.shift()
    },
    probability(limit, horizonMs) {
      const n = window.length
      if (n < 3) return UNKNOWN
      const last = n - 1
      const meanX = -last / 2
      const meanY = window.reduce((sum, y) => sum + y, 0) / n
      let xx = 0
      let xy = 0
      window.forEach((y, i) => {
        xx += (i - last - meanX) ** 2
        xy += (i - last - meanX) * (y - meanY)
      })
      const slope = xy / xx
      const at = meanY - slope * meanX
      const squares = window.reduce((sum, y, i) => sum + (y - at - slope * (i - last)) ** 2, 0)
      const deviation = Math.sqrt(squares / Math.max(1, n - 2)) + 1e-12
      const ahead = horizonMs / intervalMs
      const spread = deviation * Math.sqrt(1 + 1 / n + (ahead - meanX) ** 2 / xx)
      return upperTail((limit - at - slope * ahead) / spread)
    },
  }
}

const HOLT = [0.1, 0.3, 0.7].flatMap(a => [0.01, 0.1].map(b => [a, b, 0.95] as const))
HOLT.push([0.3, 0.05, 1] as never, [0.9, 0, 0.9] as never, [0.5, 0.5, 1] as never)

/** ETS(A,Ad,N) of Hyndman et al. (2008): the best of nine by one-step error, the worst moment of the horizon. */
function holt(intervalMs: number): Forecasting {
  const states = HOLT.map(([a, b, damping]) => ({ a, b, damping, level: 0, trend: 0, variance: 0 }))
  let n = 0
  return {
    observe(_, value) {
      for (const s of states) {
        if (n === 0) {
          s.level = value
          continue
        }
        const forecast = s.level + s.damping * s.trend
        const error = value - forecast
        s.variance += Math.max(0.01, 1 / n) * (error * error - s.variance)
        s.level = forecast + s.a * error
        s.trend = s.damping * s.trend + s.a * s.b * error
      }
      n++
    },
    probability(limit, horizonMs) {
      if (n < 4) return UNKNOWN
      const s = states.reduce((best, state) => (state.variance < best.variance ? state : best))
      let mean = s.level
      let damping = 1
      let sum = 0
      let variance = 1
      let most = 0
      for (let i = 1; i <= horizonMs / intervalMs; i++) {
        damping *= s.damping
        mean += damping * s.trend
        most = Math.max(most, upperTail((limit - mean) / (Math.sqrt(s.variance * variance) + 1e-12)))
        sum += damping
        variance += (s.a * (1 + s.b * sum)) ** 2
      }
      return most
    },
  }
}

/** The upper tail of the standard normal distribution; Abramowitz and Stegun 26.2.17. */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z))
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  const tail = 0.3989422804014327 * Math.exp((-z * z) / 2) * series
  return z > 0 ? tail : 1 - tail
}
