/** One message of a server's log. */
export interface LogEntry {
  readonly message: string
  readonly detail: string
  /** Undefined where the log does not say. */
  readonly database: string | undefined
}

/** A longer message or line is passed over. */
export const LONGEST_ENTRY = 1_048_576
