/** A Prometheus server could not be asked, or said no. */
export class PrometheusError extends Error {
  override readonly name = 'PrometheusError'
  readonly code = 'HOMEOSTAT_PROMETHEUS_ERROR'

  constructor(server: string, what: string, cause?: unknown) {
    super(`${server}: ${what}`, cause === undefined ? {} : { cause })
  }
}
