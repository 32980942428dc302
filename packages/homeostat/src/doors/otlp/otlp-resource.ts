import { randomUUID } from 'node:crypto'
import { arch, hostname } from 'node:os'
import type { Attributes } from '@opentelemetry/api'
import { textIn, type Environment } from '@homeostat/signals/options'
import { VERSION } from '../../version.ts'
import { pairsInVariable } from './pairs-in-variable.ts'

const INSTANCE = randomUUID()

/**
 * The resource of what Homeostat sends itself: the service, the process and its runtime. Attributes of `OTEL_RESOURCE_ATTRIBUTES` are
 * stronger than what is found here, and the name of the service is stronger than they are. Command lines are left out, because
 * they may hold secrets.
 */
export function otlpResource(environment: Environment, service: string | undefined): Attributes {
  const { pairs, wrong } = pairsInVariable(environment, 'OTEL_RESOURCE_ATTRIBUTES')
  // The specification: "In case of any error, e.g. failure during the decoding process, the entire environment variable value
  // SHOULD be discarded".
  const given = wrong > 0 ? {} : Object.fromEntries(pairs)
  const { 'service.name': givenName = 'unknown_service:node', ...others } = given
  return {
    'telemetry.sdk.name': 'homeostat',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': VERSION,
    'service.instance.id': INSTANCE,
    'host.name': hostname(),
    'host.arch': arch() === 'x64' ? 'amd64' : arch(),
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'process.runtime.description': 'Node.js',
    ...others,
    'service.name': service ?? givenName,
  }
}

/** The names by which Datadog knows a service, which its own library prefers too. */
export function datadogResource(environment: Environment): Attributes {
  const names = { DD_SERVICE: 'service.name', DD_ENV: 'deployment.environment.name', DD_VERSION: 'service.version' }
  return Object.fromEntries(
    Object.entries(names).flatMap(([variable, name]) => {
      const text = textIn(environment, variable)?.trim()
      return text ? [[name, text]] : []
    }),
  )
}
