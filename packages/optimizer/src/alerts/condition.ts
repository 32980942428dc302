import { keepFiringMs, mayFire, mayResolve, NO_FLAPS, recordFire, recordResolve } from './flap-budget.ts'
import type { FlapHistory } from './flap-budget.ts'

/**
 * What one evaluation says about an alert's label set. `dead band`: the rule's expression does not hold, the response's `clear`
 * does not either. `missing`: its inputs are absent or stale, or the rule failed.
 */
export type Reading = 'holds' | 'dead band' | 'clear' | 'missing'

interface Evaluated {
  /** The last evaluation, in milliseconds since the epoch. */
  readonly at: number
  readonly flaps: FlapHistory
}

interface Active extends Evaluated {
  /** When the expression first held. */
  readonly since: number
  /** The last reading that was not missing. */
  readonly reading: Reading
  /** Set while its inputs are missing; nothing may act meanwhile. */
  readonly missingSince?: number
}

/** The state of one rule and label set. Each state carries just the data that is valid in it. */
export type Condition =
  | (Evaluated & { readonly state: 'inactive'; readonly ended?: 'clear' | 'missing' })
  | (Active & {
      readonly state: 'pending'
      /** Evaluations at which the expression held. */
      readonly held: number
      /** Evaluations at which nothing was known. */
      readonly missed: number
      /** Since when it would fire, but for the flap budget. */
      readonly heldBackSince?: number
    })
  | (Active & { readonly state: 'firing'; readonly firedAt: number })
  | (Active & {
      readonly state: 'resolving'
      readonly firedAt: number
      readonly clearSince: number
      /** Since when it would be over, but for the flap budget. */
      readonly heldBackSince?: number
    })

type Pending = Extract<Condition, { state: 'pending' }>
type Firing = Extract<Condition, { state: 'firing' }>
type Resolving = Extract<Condition, { state: 'resolving' }>

export interface ConditionPolicy {
  /** The rule's `for`. */
  readonly forMs: number
  /** The rule's `keepFiringFor`. */
  readonly keepFiringForMs: number
  /** Expected time between evaluations. */
  readonly intervalMs: number
  /** When the rule was first evaluated. */
  readonly startedAt: number
}

/** Where every rule and label set begins. */
export const INACTIVE: Condition = { state: 'inactive', at: -Infinity, flaps: NO_FLAPS }

/** A longer silence than this between evaluations says nothing about what happened in it. */
const GAP_INTERVALS = 3
/** While nothing is known for this long, a pending condition waits and a clear one is still believed; half a one for late ticks. */
const FROZEN_INTERVALS = 2.5
/** The lookback of Prometheus's staleness: after it, nobody could say any more that the alert fires. */
const MISSING_MS = 300_000

/**
 * The condition after one evaluation. Pure; total: any reading in any state, any clock.
 *
 * @example
 * ```ts
 * let condition = INACTIVE
 * condition = advanceCondition(condition, 'holds', now, policy) // pending, or firing when `forMs` is 0
 * ```
 */
export function advanceCondition(
  condition: Condition,
  reading: Reading,
  now: number,
  policy: ConditionPolicy,
): Condition {
  switch (condition.state) {
    case 'inactive':
      return reading === 'holds' ? begin(condition.flaps, now, policy) : condition
    case 'pending':
      return advancePending(condition, reading, now, policy)
    case 'firing':
      return advanceFiring(condition, reading, now, policy)
    case 'resolving':
      return advanceResolving(condition, reading, now, policy)
  }
}

/** Whether something may be done about it: it fires, and its condition held at the last evaluation. */
export function isActionable(condition: Condition): condition is Firing {
  return condition.state === 'firing' && condition.reading === 'holds' && condition.missingSince === undefined
}

/** Whether people are told that it fires; a resolving one still does. */
export function isFiring(condition: Condition): condition is Firing | Resolving {
  return condition.state === 'firing' || condition.state === 'resolving'
}

function begin(flaps: FlapHistory, now: number, policy: ConditionPolicy): Condition {
  return fireWhenDue(
    { state: 'pending', at: now, flaps, since: now, reading: 'holds', held: 1, missed: 0 },
    now,
    policy,
  )
}

function advancePending(condition: Pending, reading: Reading, now: number, policy: ConditionPolicy): Condition {
  const { flaps } = condition
  const isInterrupted = hasGap(condition, now, policy)
  if (reading === 'holds') {
    if (isInterrupted) return begin(flaps, now, policy)
    const { missingSince: _, ...known } = condition
    return fireWhenDue({ ...known, at: now, held: condition.held + 1 }, now, policy)
  }
  const missingSince = condition.missingSince ?? now
  if (reading === 'missing' && !isInterrupted && isFrozen(missingSince, now, policy))
    return { ...condition, at: now, missed: condition.missed + 1, missingSince }
  return { state: 'inactive', at: now, flaps }
}

/** Half of the evaluations must have held: a few samples between many missing ones are no proof. */
function fireWhenDue(pending: Pending, now: number, { forMs, startedAt }: ConditionPolicy): Condition {
  if (now - pending.since < forMs || pending.held < pending.missed) return pending
  if (!mayFire(pending.flaps, now, startedAt)) return { ...pending, heldBackSince: pending.heldBackSince ?? now }
  const flaps = recordFire(pending.flaps, now)
  return { state: 'firing', at: now, flaps, since: pending.since, reading: 'holds', firedAt: now }
}

function advanceFiring(condition: Firing, reading: Reading, now: number, policy: ConditionPolicy): Condition {
  if (reading === 'missing') return endWhenMissing(condition, now, policy)
  const { flaps, since, firedAt } = condition
  // At every evaluation there is one for each alert: written out, it is one object and not three.
  if (reading !== 'clear') return { state: 'firing', at: now, flaps, since, reading, firedAt }
  return resolveWhenDue({ state: 'resolving', at: now, flaps, since, reading, firedAt, clearSince: now }, now, policy)
}

function advanceResolving(condition: Resolving, reading: Reading, now: number, policy: ConditionPolicy): Condition {
  // Whether it stayed clear in between is not known.
  if (hasGap(condition, now, policy)) return advanceFiring(firingAgain(condition), reading, now, policy)
  if (reading === 'missing') {
    const missing = endWhenMissing(condition, now, policy)
    if (missing.state !== 'resolving' || missing.reading !== 'clear') return missing
    // It was clear a moment ago; waiting for one more sample would only delay the end.
    return isFrozen(missing.missingSince ?? now, now, policy) ? resolveWhenDue(missing, now, policy) : missing
  }
  if (reading === 'holds') return advanceFiring(firingAgain(condition), reading, now, policy)
  const { missingSince: _, ...known } = condition
  const resolving: Resolving = { ...known, at: now, reading }
  return reading === 'clear' ? resolveWhenDue(resolving, now, policy) : resolving
}

/** No transition: for people it never ceased to fire. */
function firingAgain({ clearSince: _, heldBackSince: __, ...known }: Resolving): Firing {
  return { ...known, state: 'firing' }
}

function resolveWhenDue(resolving: Resolving, now: number, policy: ConditionPolicy): Condition {
  const keepMs = keepFiringMs(resolving.flaps, policy.keepFiringForMs, policy.intervalMs)
  if (now - resolving.clearSince < keepMs) return resolving
  return end(resolving, 'clear', now, policy)
}

function endWhenMissing(condition: Firing | Resolving, now: number, policy: ConditionPolicy): Condition {
  // A missing sample dated before the first one missed: the clock was set back.
  const missingSince = Math.min(condition.missingSince ?? now, now)
  const missing = { ...condition, at: now, missingSince }
  return now - missingSince < MISSING_MS ? missing : end(missing, 'missing', now, policy)
}

function end(
  condition: Firing | Resolving,
  ended: 'clear' | 'missing',
  now: number,
  { startedAt }: ConditionPolicy,
): Condition {
  if (mayResolve(condition.flaps, now, startedAt))
    return { state: 'inactive', at: now, flaps: recordResolve(condition.flaps, now), ended }
  return condition.state === 'resolving' ? { ...condition, heldBackSince: condition.heldBackSince ?? now } : condition
}

/** The process was suspended, its loop was blocked, or the clock was set. */
function hasGap({ at }: Evaluated, now: number, { intervalMs }: ConditionPolicy): boolean {
  return now < at || now - at > GAP_INTERVALS * intervalMs
}

function isFrozen(missingSince: number, now: number, { intervalMs }: ConditionPolicy): boolean {
  return now - missingSince < FROZEN_INTERVALS * intervalMs
}
