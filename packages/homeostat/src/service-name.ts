import type { HomeostatOptions } from './options.ts'

/** Who coordinates with whom: the service's name as OpenTelemetry has it, else the script that runs. */
export function serviceName({ service, environment = process.env }: HomeostatOptions): string {
  const attribute = /(?:^|,)service\.name=([^,]+)/.exec(environment['OTEL_RESOURCE_ATTRIBUTES'] ?? '')?.[1]
  return service ?? (environment['OTEL_SERVICE_NAME'] || attribute || `unknown_service:${process.argv[1] ?? 'node'}`)
}
