/** Names of the spans Homeostat writes. */
export const spans = {
  /** One run of an action. */
  action: 'homeostat.action',
  /** From the end of a run to its verdict; a child of the run. */
  verify: 'homeostat.verify',
  /** Setting a change back; a child of the run. */
  revert: 'homeostat.revert',
  /** One proof that a person has run, from its first block until knob and placebo were reverted. */
  proof: 'homeostat.proof',
} as const

/** Names of the log events Homeostat writes (`event_name`). */
export const events = {
  /** An alert begins or ceases to fire. */
  alert: 'homeostat.alert',
  /** An action was due: it is run, or withheld as a control. */
  decision: 'homeostat.decision',
  /** An action has ended. */
  action: 'homeostat.action.ended',
  /** An action that only advises has ended; the body is the whole advice. */
  advice: 'homeostat.advice',
  /** Somebody was found to have followed advice. */
  adopted: 'homeostat.advice.adopted',
  /** A trial has been judged. */
  verdict: 'homeostat.verdict',
  /** A lasting change was reverted, or could not be. */
  reverted: 'homeostat.action.reverted',
  /** The evidence supports another mode of an action; a person has to set it. */
  offer: 'homeostat.mode.offered',
  /** An action is banned for an alert. */
  quarantined: 'homeostat.action.quarantined',
  /** A proof that a person runs has started, was paused or resumed, or has ended. */
  proof: 'homeostat.proof',
} as const
