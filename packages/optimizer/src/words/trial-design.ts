import type { Arm, SwitchbackBlock } from '@homeostat/judge'
import { bucketOf, planSwitchback } from '@homeostat/judge'
import type { Design, Expectation, Response } from './response.ts'

/** How one trial answers by itself, in minutes, what single runs and controls answer in days. */
export type TrialDesign =
  /** The change is on and off in turns, in an order that chance has drawn. */
  | { readonly kind: 'switchback'; readonly plan: readonly SwitchbackBlock[] }
  /** Half of the units (keys, requests, jobs) get it, the other half is compared with them. */
  | { readonly kind: 'split'; readonly blocks: number; readonly blockMs: number }

/**
 * @default of `Expectation.baselineMs`, `Expectation.settleMs` and `Expectation.windowMs`. The median of two minutes varies a fifth less
 * than that of one.
 */
export const DEFAULT_BASELINE_MS = 120_000
export const DEFAULT_SETTLE_MS = 60_000
export const DEFAULT_WINDOW_MS = 120_000

const SPLIT = { blocks: 10, blockMs: 60_000 }
const SWITCHBACK_BLOCKS = 16

/** What {@link planTrial} needs besides the response. */
export interface PlanTerms {
  readonly now: number
  readonly random: () => number
  /** Fewer pairs of blocks could not be significant; see `leastPairs` of the judge. */
  readonly leastPairs: number
}

/** Makes the design that a response asks for, with as many blocks as a verdict takes; undefined for plain episodes. */
export function planTrial({ design }: Response, { now, random, leastPairs }: PlanTerms): TrialDesign | undefined {
  switch (design?.kind) {
    case 'switchback': {
      const blocks = Math.max(design.blocks ?? SWITCHBACK_BLOCKS, 2 * leastPairs)
      return { kind: 'switchback', plan: planSwitchback({ ...design, blocks, startAt: now }, random) }
    }
    case 'split': {
      const { blocks, blockMs } = { ...SPLIT, ...timesOf(design) }
      return { kind: 'split', blocks: Math.max(blocks, leastPairs), blockMs }
    }
    case undefined:
      return undefined
  }
}

/** Whether the change of a switchback is on at a time. */
export function isOnAt(plan: readonly SwitchbackBlock[], now: number): boolean {
  return plan.some(({ arm, from, to }) => arm === 'act' && now >= from && now < to)
}

/** When the values that count begin and end. Both arms count from the decision, so that they are compared at the same age. */
export function verifyingTimes({
  startedAt,
  response,
  design,
}: {
  readonly startedAt: number
  readonly response: Response
  readonly design?: TrialDesign
}): { readonly from: number; readonly until: number } {
  if (design?.kind === 'switchback') return { from: design.plan[0]!.from, until: design.plan.at(-1)!.to }
  const { settleMs = DEFAULT_SETTLE_MS, windowMs = DEFAULT_WINDOW_MS }: Partial<Expectation> = response.expect ?? {}
  const from = startedAt + settleMs
  return { from, until: from + (design ? design.blocks * design.blockMs : windowMs) }
}

/** Which half a unit belongs to now. Each block of time deals the units anew, so that no half keeps the busy ones. */
export function splitOf(trialId: string, blockMs: number, clock: () => number): (unit: string) => Arm {
  return unit => bucketOf(unit, `${trialId}:${Math.floor(clock() / blockMs)}`)
}

function timesOf({ blocks, blockMs }: Extract<Design, { kind: 'split' }>): Partial<typeof SPLIT> {
  return { ...(blocks !== undefined && { blocks }), ...(blockMs !== undefined && { blockMs }) }
}
