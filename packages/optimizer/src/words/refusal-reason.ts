/** Why an action that was due does not run. The gates come in this order and the first that refuses is named. */
export type RefusalReason =
  | 'no response'
  | 'no such action'
  | 'kill switch'
  | 'mode'
  | 'missing data'
  | 'warm-up'
  | 'quarantine'
  | 'cooldown'
  | 'budget'
  | 'conflict'
  | 'lease'
  | 'prerequisites'
