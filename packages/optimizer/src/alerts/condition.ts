import { keepFiringMs, mayFire, mayResolve, NO_FLAPS, recordFire, recordResolve } from './flap-budget.ts'
import type { FlapHistory } from './flap-budget.ts'

/**
 * What one evaluation says about an alert's label set. `dead band`: the rule's expression does not hold, the response's `clear`
 * does not either. `missing`: its inputs are absent or stale, or the rule failed.
 */
export type Reading = 'holds' | 'dead band' | 'clear' | 'missing'

/** One evaluation of a rule: each alert of the rule takes one reading at it. */
export interface EvaluationTime {
  /** In milliseconds since the epoch. */
  readonly at: number
  /** The evaluation before; only compared while an alert is pending or fires. */
  readonly before: number
  /** Rises by one with each evaluation of the rule. */
  readonly nth: number
}

interface Active {
  readonly flaps: FlapHistory
  /** When the expression first held. */
  readonly since: number
  /** Set while its inputs are missing; nothing may act meanwhile. */
  readonly missingSince?: number
}

interface Fired extends Active {
  readonly firedAt: number
  /** The last reading that was not missing. */
  readonly reading: Reading
  /** Since when the expression has not held. */
  readonly keptSince?: number
}

/**
 * The state of one rule and label set. Each state carries just the data that is valid in it, and no data that changes at every
 * evaluation: a condition whose readings stay the same stays the same object.
 */
export type Condition =
  | { readonly state: 'inactive'; readonly flaps: FlapHistory; readonly ended?: 'clear' | 'missing' }
  | (Active & {
      readonly state: 'pending'
      /** The evaluation at which it began. */
      readonly first: number
      /** Evaluations since then at which nothing was known. At all others the expression held. */
      readonly missed: number
      /** Since when it would fire, but for the flap budget. */
      readonly heldBackSince?: number
    })
  | (Fired & { readonly state: 'firing' })
  | (Fired & {
      readonly state: 'resolving'
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
export const INACTIVE: Condition = { state: 'inactive', flaps: NO_FLAPS }

/** After a gap between evaluations longer than this, nothing is known about the time in between. */
const GAP_INTERVALS = 3
/** For so many intervals without data a pending condition waits and a clear one is still believed. The half allows for late ticks. */
const FROZEN_INTERVALS = 2.5
/** The lookback of Prometheus's staleness: after it, it is unknown whether the alert still fires. */
const MISSING_MS = 300_000

/**
 * The condition after one evaluation. Pure. It takes any reading in any state, also when the clock has jumped. While nothing changes, it
 * returns the same object.
 *
 * @example
 * ```ts
 * const policy = { forMs: 30_000, keepFiringForMs: 0, intervalMs: 5000, startedAt: now }
 * advanceCondition(INACTIVE, 'holds', { at: now, before: now, nth: 1 }, policy).state // 'pending'
 * ```
 */
export function advanceCondition(
  condition: Condition,
  reading: Reading,
  time: EvaluationTime,
  policy: ConditionPolicy,
): Condition {
  switch (condition.state) {
    case 'inactive':
      return reading === 'holds' ? begin(condition.flaps, time, policy) : condition
    case 'pending':
      return advancePending(condition, reading, time, policy)
    case 'firing':
      return advanceFiring(condition, reading, time, policy)
    case 'resolving':
      return advanceResolving(condition, reading, time, policy)
  }
}

/** Whether something may be done about it: it fires, and its condition held at the last evaluation. */
export function isActionable(condition: Condition): condition is Firing {
  return condition.state === 'firing' && condition.keptSince === undefined
}

/** Whether people see it fire; a resolving one still does. */
export function isFiring(condition: Condition): condition is Firing | Resolving {
  return condition.state === 'firing' || condition.state === 'resolving'
}

function begin(flaps: FlapHistory, time: EvaluationTime, policy: ConditionPolicy): Condition {
  return fireWhenDue({ state: 'pending', flaps, since: time.at, first: time.nth, missed: 0 }, time, policy)
}

function advancePending(
  condition: Pending,
  reading: Reading,
  time: EvaluationTime,
  policy: ConditionPolicy,
): Condition {
  const { flaps } = condition
  const isInterrupted = hasGap(time, policy)
  if (reading === 'holds') {
    if (isInterrupted) return begin(flaps, time, policy)
    if (condition.missingSince === undefined) return fireWhenDue(condition, time, policy)
    const { missingSince: _, ...known } = condition
    return fireWhenDue(known, time, policy)
  }
  const missingSince = condition.missingSince ?? time.at
  if (reading === 'missing' && !isInterrupted && isFrozen(missingSince, time, policy))
    return { ...condition, missed: condition.missed + 1, missingSince }
  return { state: 'inactive', flaps }
}

/** Half of the evaluations must have held: a few samples between many missing ones prove nothing. */
function fireWhenDue(pending: Pending, { at, nth }: EvaluationTime, { forMs, startedAt }: ConditionPolicy): Condition {
  const { since, first, missed } = pending
  const held = nth - first + 1 - missed
  if (at - since < forMs || held < missed) return pending
  if (!mayFire(pending.flaps, at, startedAt))
    return pending.heldBackSince === undefined ? { ...pending, heldBackSince: at } : pending
  return { state: 'firing', flaps: recordFire(pending.flaps, at), since, reading: 'holds', firedAt: at }
}

function advanceFiring(condition: Firing, reading: Reading, time: EvaluationTime, policy: ConditionPolicy): Condition {
  switch (reading) {
    case 'missing':
      return endWhenMissing(condition, time, policy)
    case 'holds': {
      if (isActionable(condition) && condition.missingSince === undefined) return condition
      const { missingSince: _, keptSince: __, ...known } = condition
      return { ...known, reading }
    }
    case 'dead band':
      return keep(condition, reading, time)
    case 'clear':
      return resolveWhenDue(
        { ...keep(condition, reading, time), state: 'resolving', clearSince: time.at },
        time,
        policy,
      )
  }
}

function advanceResolving(
  condition: Resolving,
  reading: Reading,
  time: EvaluationTime,
  policy: ConditionPolicy,
): Condition {
  // Whether it stayed clear in between is not known.
  if (hasGap(time, policy)) return advanceFiring(firingAgain(condition), reading, time, policy)
  switch (reading) {
    case 'missing': {
      const missing = endWhenMissing(condition, time, policy)
      if (missing.state !== 'resolving' || missing.reading !== 'clear') return missing
      // It was clear a moment ago; waiting for one more sample would only delay the end.
      return isFrozen(missing.missingSince ?? time.at, time, policy) ? resolveWhenDue(missing, time, policy) : missing
    }
    case 'holds':
      return advanceFiring(firingAgain(condition), reading, time, policy)
    case 'dead band':
      return keep(condition, reading, time)
    case 'clear':
      return resolveWhenDue(keep(condition, reading, time), time, policy)
  }
}

/** It goes on firing, although the reading is `clear` or `dead band`. */
function keep<C extends Firing | Resolving>(condition: C, reading: Reading, { at }: EvaluationTime): C {
  if (condition.reading === reading && condition.keptSince !== undefined && condition.missingSince === undefined)
    return condition
  const { missingSince: _, ...known } = condition
  return { ...known, reading, keptSince: condition.keptSince ?? at } as C
}

/** No transition: for people it never ceased to fire. */
function firingAgain({ clearSince: _, heldBackSince: __, ...known }: Resolving): Firing {
  return { ...known, state: 'firing' }
}

function resolveWhenDue(resolving: Resolving, time: EvaluationTime, policy: ConditionPolicy): Condition {
  const keepMs = keepFiringMs(resolving.flaps, policy.keepFiringForMs, policy.intervalMs)
  if (time.at - resolving.clearSince < keepMs) return resolving
  return end(resolving, 'clear', time, policy)
}

function endWhenMissing(condition: Firing | Resolving, time: EvaluationTime, policy: ConditionPolicy): Condition {
  // A missing sample that is earlier than the first missing one: the clock went back.
  const missingSince = Math.min(condition.missingSince ?? time.at, time.at)
  const missing =
    condition.missingSince === missingSince
      ? condition
      : { ...condition, missingSince, keptSince: condition.keptSince ?? time.at }
  return time.at - missingSince < MISSING_MS ? missing : end(missing, 'missing', time, policy)
}

function end(
  condition: Firing | Resolving,
  ended: 'clear' | 'missing',
  { at }: EvaluationTime,
  { startedAt }: ConditionPolicy,
): Condition {
  if (mayResolve(condition.flaps, at, startedAt))
    return { state: 'inactive', flaps: recordResolve(condition.flaps, at), ended }
  if (condition.state === 'firing' || condition.heldBackSince !== undefined) return condition
  return { ...condition, heldBackSince: at }
}

/** The process was suspended, its loop was blocked, or the clock was set. */
function hasGap({ at, before }: EvaluationTime, { intervalMs }: ConditionPolicy): boolean {
  return at < before || at - before > GAP_INTERVALS * intervalMs
}

function isFrozen(missingSince: number, { at }: EvaluationTime, { intervalMs }: ConditionPolicy): boolean {
  return at - missingSince < FROZEN_INTERVALS * intervalMs
}
