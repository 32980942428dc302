/** What the server sent with its no. */
export interface PrometheusRefusal {
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
  readonly refusal: PrometheusRefusal | undefined

  constructor(server: string, what: string, cause?: unknown, refusal?: PrometheusRefusal) {
    super(`${server}: ${what}`, cause === undefined ? {} : { cause })
    this.refusal = refusal
  }
}
