/** A receiver of OTLP that takes one temporality only. */
export type Backend = 'prometheus' | 'datadog'

/** The backend behind an address; undefined for a collector, which takes both temporalities. */
export function backendOf({ hostname, port, pathname }: URL): Backend | undefined {
  if (pathname.startsWith('/api/v1/otlp') || port === '9090') return 'prometheus'
  return /(?:^|\.)(?:datadoghq\.(?:com|eu)|ddog-gov\.com)$/.test(hostname) ? 'datadog' : undefined
}
