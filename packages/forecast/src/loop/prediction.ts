import type { PredictedPeak } from '../predicted-peak.ts'
import type { Score } from '../learning/running-score.ts'
import type { Resource } from './resource.ts'

/** With fewer crossings a positive skill may be chance. Overlapping forecasts of one crossing count each. */
export const LEAST_CROSSINGS = 30

/** What is forecast of a target, for one horizon. */
export interface ForecastPrediction {
  readonly type: `${Resource}_bottleneck`
  readonly target: string
  readonly resource: Resource
  /** Of reaching the threshold within the horizon. */
  readonly probability: number
  /** The probability above which a bottleneck is expected. */
  readonly limit: number
  /** In the unit of the target's expression. */
  readonly threshold: number
  /** What is expected to be reached within the horizon; undefined before the first outcome. */
  readonly peak: PredictedPeak | undefined
  readonly horizonMs: number
  readonly expectedInMs: number
  /** 0 to 1. */
  readonly confidence: number
  /** Brier skill (Monthly Weather Review 78, 1950) against the base rate; undefined before the first outcome. */
  readonly skill: number | undefined
  /** Whether the skill is positive over enough crossings. Without it no action is taken on a prediction. */
  readonly mayAct: boolean
  /** In one line. */
  readonly explanation: string
}

/** Whether a forecaster has shown that it may be acted upon. */
export function isProven({ skill = 0, crossings }: Pick<Score, 'skill' | 'crossings'>): boolean {
  return skill > 0 && crossings >= LEAST_CROSSINGS
}
