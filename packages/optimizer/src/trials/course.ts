import type { RefusalReason } from '../words/refusal-reason.ts'
import type { UndoResult } from '../words/receipt.ts'
import type { Verdict } from '../words/verdict.ts'

/** Why a change is set back. */
export type RevertCause =
  | 'run failed'
  | 'guard breached'
  | 'verdict'
  | 'undecided'
  | 'alert resolved'
  | 'lease lost'
  | 'preempted'
  | 'kill switch'

interface Known {
  /** Trials in a row that did not help; each doubles the cooldown. */
  readonly streak: number
  /** No run starts before this time; kept where something else holds the course up. */
  readonly notBefore: number
}

/** A trial whose change lasts until it is undone. */
interface Lasting {
  readonly isLasting: boolean
}

/** What the loop does about one firing with one response. Each state carries just the data that is valid in it. */
export type Course =
  | (Known & { readonly state: 'idle' })
  /** A gate refuses; asked again at each tick. */
  | (Known & { readonly state: 'suppressed'; readonly reason: RefusalReason | (string & {}) })
  /** The run is withheld for a control, whose episode takes as long as that of a run. */
  | (Known & { readonly state: 'proposed'; readonly arm: 'control'; readonly until: number })
  | (Known & {
      readonly state: 'acting'
      readonly since: number
      readonly killedAt?: number
      readonly isPreempted?: true
    })
  | (Known & Lasting & { readonly state: 'settling'; readonly until: number })
  | (Known & Lasting & { readonly state: 'verifying'; readonly until: number })
  /** The trial is over. A lasting change stays in place while its alert fires. */
  | (Known & Lasting & { readonly state: 'settled'; readonly verdict: Verdict })
  | (Known & {
      readonly state: 'reverting'
      readonly cause: RevertCause
      /** Failed attempts so far. */
      readonly failures: number
      readonly killedAt?: number
    })
  | (Known & { readonly state: 'reverted'; readonly cause: RevertCause; readonly result: UndoResult['result'] })
  | (Known & { readonly state: 'cooldown' })
  | (Known & { readonly state: 'quarantined'; readonly until: number })
  /** `isUnrestored`: a change may still be in place; the undo journal has it. */
  | (Known & { readonly state: 'off'; readonly isUnrestored: boolean })

export type CourseState = Course['state']

export type CourseEvent =
  /** A gate refused the action. */
  | { readonly type: 'refused'; readonly reason: RefusalReason | (string & {}) }
  /** The action is withheld, so that there is something to compare with. */
  | { readonly type: 'withheld' }
  | { readonly type: 'started' }
  /** The run is over. `isLasting` when there is something to undo. */
  | {
      readonly type: 'ended'
      readonly outcome: 'completed' | 'noop' | 'failed' | 'timeout' | 'aborted'
      readonly isLasting: boolean
    }
  /** The effect had its time to show; the window in which it is watched begins. */
  | { readonly type: 'windowOpened' }
  | { readonly type: 'breached' }
  | { readonly type: 'judged'; readonly verdict: Verdict }
  | { readonly type: 'reverted'; readonly result: UndoResult['result'] }
  /** The alert is over. May be said at every tick. */
  | { readonly type: 'resolved' }
  /** The lease of the change ran out, or somebody else has set it. */
  | { readonly type: 'lost' }
  /** The trial is of a preventive response, and a response to what is needs its resource. It decides nothing. */
  | { readonly type: 'preempted' }
  | { readonly type: 'killed' }
  | { readonly type: 'enabled' }
  | { readonly type: 'tick' }

export interface CoursePolicy {
  /** The response's cooldown; it doubles with each trial in a row that does not help. */
  readonly cooldownMs: number
  readonly settleMs: number
  readonly windowMs: number
  /** From 0 to 1; spreads the cooldowns of a fleet. */
  readonly jitter: number
  /** From the standing of the rule and the action. */
  readonly quarantinedUntil?: number
}

export const IDLE: Course = { state: 'idle', streak: 0, notBefore: -Infinity }
