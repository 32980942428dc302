import type { ForecastPrediction, Forecasts } from '@homeostat/forecast/domain'
import { type Optimizer } from '@homeostat/optimizer'
import { wallTime } from '@homeostat/optimizer/parts'
import { optimizationResult, type OptimizationResult } from './optimization-result.ts'

/** A bottleneck that is about to come. */
export interface PerformancePrediction {
  /** `cpu_bottleneck`, `memory_bottleneck`, `database_bottleneck` or `network_bottleneck`. */
  readonly type: ForecastPrediction['type']
  /** The target of the forecast, e.g. `database.pool`. */
  readonly target: string
  /** The probability that the target reaches its threshold within the horizon, 0 to 1. */
  readonly probability: number
  readonly horizonMs: number
  /** The expected time of the bottleneck, ISO 8601, from the usual lead time of forecasts that came true. */
  readonly expectedAt: string
  /** 0 to 1: how far the probability can be relied on. */
  readonly confidence: number
  /** Why, in one line. */
  readonly explanation: string
  /** Whether the forecaster has shown that it is better than the base rate; without that, no action is taken on it. */
  readonly isProven: boolean
}

/** What `proactiveOptimization()` did. */
export interface PreventionResult extends OptimizationResult {
  /** The predictions above their limits. */
  readonly predictions: readonly PerformancePrediction[]
  /** Preventive measures that were due and not taken, and why. */
  readonly refused: readonly { readonly action: string; readonly reason: string; readonly detail: string }[]
}

/** The predictions above their limits, the most probable first. */
export function bottlenecksOf(forecasts: Forecasts, now: number): PerformancePrediction[] {
  return forecasts
    .predictions()
    .filter(({ probability, limit }) => probability > limit)
    .map(({ type, target, probability, horizonMs, expectedInMs, confidence, explanation, mayAct }) => ({
      type,
      target,
      probability,
      horizonMs,
      expectedAt: new Date(wallTime(now + expectedInMs)).toISOString(),
      confidence,
      explanation,
      isProven: mayAct,
    }))
}

/** The actions that one tick took against bottlenecks that were predicted. */
export function preventionResult(
  predictions: readonly PerformancePrediction[],
  { entry, attempts }: Awaited<ReturnType<Optimizer['tickAndWait']>>,
): PreventionResult {
  const preventive = attempts.filter(({ response }) => response.preventive)
  const refused = entry.refusals.flatMap(({ response, reason, detail }) =>
    response?.preventive ? [{ action: response.action, reason, detail }] : [],
  )
  return { predictions, ...optimizationResult({ entry }, preventive), refused }
}
