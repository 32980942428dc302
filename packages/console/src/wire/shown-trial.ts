/** A trial with the numbers that its chart needs. */
export interface ShownTrial {
  readonly id: string
  readonly action: string
  readonly alert: string
  readonly arm: 'act' | 'control' | 'shadow'
  readonly state: string
  readonly verdict: string | undefined
  readonly startedAt: number
  /** The middle of the values before and after, and of the units that a split left alone; undefined without a value. */
  readonly before: number | undefined
  readonly after: number | undefined
  readonly beside: number | undefined
}
