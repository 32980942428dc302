/** The source of a contribution. */
export type Reason =
  | 'base rate'
  | 'level'
  | 'recent peaks'
  | 'movement'
  | 'last crossings'
  | 'calendar'
  | 'other series'
  | 'recalibration'
