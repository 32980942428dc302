/** What a contribution comes from. */
export type Reason =
  | 'base rate'
  | 'level'
  | 'recent peaks'
  | 'movement'
  | 'last crossings'
  | 'calendar'
  | 'other series'
  | 'recalibration'
