import type { Reading } from './condition.ts'

/** What is known of one alert's label set after an evaluation of its rule. */
export interface Evidence {
  /** Its rule's expression has a sample for it now: it is pending or firing, and not merely kept firing. */
  readonly isReported: boolean
  /** Its rule could not be evaluated. */
  readonly hasFailed?: boolean
  /** Every series that the expression reads has a fresh value. */
  readonly hasInputs: boolean
  /** What the response's clear expression says; left out when there is none. */
  readonly isClear?: boolean
}

/** Absence is not health: an expression without a sample is clear only when there was something to look at. */
export function readingOf({ isReported, hasFailed = false, hasInputs, isClear = true }: Evidence): Reading {
  if (hasFailed) return 'missing'
  if (isReported) return 'holds'
  if (!hasInputs) return 'missing'
  return isClear ? 'clear' : 'dead band'
}
