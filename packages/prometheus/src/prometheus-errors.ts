/** Status and headers of an answer that is of no use. */
export interface PrometheusAnswered {
  /** HTTP status. */
  readonly status: number
  /** `Retry-After` in milliseconds, when the answer has one. */
  readonly retryAfterMs?: number | undefined
}

/** A Prometheus server could not be asked, or its answer is of no use. */
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
