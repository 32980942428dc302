/** A statement that one request, or one run of a job, sends again and again. */
export interface RepeatedStatement {
  readonly summary: string
  /** `job NAME of QUEUE` or `route PATTERN`; undefined where it has no name. */
  readonly sender: string | undefined
  /** Requests that were followed and did so. */
  readonly requests: number
  /** How often they sent it, on average and at most. */
  readonly mean: number
  readonly most: number
  /** How long these statements took in one request, on average, in milliseconds. */
  readonly meanMs: number
  /** When it was last found, in milliseconds of the monotonic clock. */
  readonly lastSeen: number
}
