/** Orders responses that compete: a safety response goes first and is never withheld. */
export type Priority = 'safety' | 'slo' | 'efficiency'

export type Direction = 'up' | 'down'

/** What counts as having helped. */
export interface Expectation {
  /** PromQL of the number that should change; the alert's labels narrow it. */
  readonly expr: string
  readonly direction: Direction
  /** The smallest change worth having, in the expression's unit. Not evaluated yet. */
  readonly minEffect?: number
  /** How long the effect takes to show. @default 60000 */
  readonly settleMs?: number
  /** How long it is watched after that. @default 60000 */
  readonly windowMs?: number
}

/** What must not get worse meanwhile. Not evaluated yet. */
export interface Guard {
  readonly expr: string
  /** Largest tolerated relative change for the worse, e.g. 0.1 for 10 %. */
  readonly notWorseThan: number
}

/** What to do about an alert, and what would count as having helped. */
export interface Response {
  /** Which alerts it answers: by name, and by labels where given (all must be equal). */
  readonly to: { readonly alert: string; readonly labels?: Readonly<Record<string, string>> }
  /** The action's name. */
  readonly action: string
  /** Handed to the action. */
  readonly options?: unknown
  readonly priority: Priority
  /** No second run on the same alert within this time. @default 300000 */
  readonly cooldownMs?: number
  /** The run is aborted after this time. @default 10000 */
  readonly timeoutMs?: number
  readonly expect?: Expectation
  readonly guards?: readonly Guard[]
  /** PromQL that says the alert is over; the rule's own condition when left out. Not evaluated yet. */
  readonly clear?: string
}
