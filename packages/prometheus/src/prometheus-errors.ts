/** What came with an answer that is of no use. */
export interface PrometheusAnswered {
  /** HTTP status. */
  readonly status: number
  /** For how long it wants to be left alone, in milliseconds, when it says so. */
  readonly retryAfterMs?: number | undefined
}

/** A Prometheus server could not be asked, or said no. */
export class PrometheusError extends Error {
  override readonly name = 'PrometheusError'
  readonly code = 'HOMEOSTAT_PROMETHEUS_ERROR'
  /** Absent when there was no answer. */
  readonly answered: PrometheusAnswered | undefined

  constructor(server: string, what: string, cause?: unknown, answered?: PrometheusAnswered) {
    super(`${server}: ${what}`, cause === undefined ? {} : { cause })
    this.answered = answered
  }
}
