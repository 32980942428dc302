/** Names of the spans Homeostat writes. */
export const spans = {
  /** One run of an action. */
  action: 'homeostat.action',
} as const

/** Names of the log events Homeostat writes (`event_name`). */
export const events = {
  /** An alert begins to fire. */
  alert: 'homeostat.alert',
  /** An action has ended. */
  action: 'homeostat.action.ended',
  /** A trial has been judged. */
  verdict: 'homeostat.verdict',
} as const
