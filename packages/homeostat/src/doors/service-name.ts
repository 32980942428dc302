import { textIn } from '@homeostat/signals/options'
import { metrics, trace } from '@opentelemetry/api'
import type { HomeostatOptions } from '../options/options.ts'
import { nameInResource, resourceOf } from './resource.ts'

/** The source of the service's name. */
export type ServiceNameSource = 'the option service' | 'the resource of the SDK' | 'the environment'

/** The name of the service, and where it comes from. */
export interface NamedService {
  readonly name: string
  readonly source: ServiceNameSource
}

/**
 * The name of the service. The SDK usually starts after Homeostat is made, and its resource is the best source after the
 * option, so the name is settled late: when a resource names the service, and at the first tick at the latest.
 *
 * A service without a name shares nothing: two services of one script path are otherwise taken for one.
 */
export class ServiceName {
  readonly #environment: Readonly<Record<string, string | undefined>>
  readonly #listeners: ((service: NamedService | undefined) => void)[] = []
  #settled: { readonly service: NamedService | undefined } | undefined

  constructor({ service, environment = process.env }: Pick<HomeostatOptions, 'service' | 'environment'>) {
    this.#environment = environment
    if (typeof service === 'string' && service !== '')
      this.#settled = { service: { name: service, source: 'the option service' } }
  }

  /** Undefined until it is settled, and for a service without a name. */
  get current(): NamedService | undefined {
    return this.#settled?.service
  }

  get isSettled(): boolean {
    return this.#settled !== undefined
  }

  /** Calls the listener once the name is settled, at once where it is already. */
  onSettled(listener: (service: NamedService | undefined) => void): void {
    if (this.#settled) listener(this.#settled.service)
    else this.#listeners.push(listener)
  }

  /** Takes the name of a resource, unless the name is settled. @param owner - a provider, a reader, or a resource */
  offer(owner: unknown): void {
    if (this.#settled) return
    const name = nameInResource(resourceOf(owner))
    if (name !== undefined) this.#settle({ name, source: 'the resource of the SDK' })
  }

  /** Settles the name with what is known now. */
  settle(): NamedService | undefined {
    this.offer(metrics.getMeterProvider())
    this.offer(trace.getTracerProvider())
    if (!this.#settled) {
      const name = nameInEnvironment(this.#environment)
      this.#settle(name === undefined ? undefined : { name, source: 'the environment' })
    }
    return this.current
  }

  #settle(service: NamedService | undefined): void {
    this.#settled = { service }
    for (const listener of this.#listeners.splice(0)) listener(service)
  }
}

/** As the SDK's environment detector reads it: `OTEL_SERVICE_NAME` wins, values are percent-encoded. */
function nameInEnvironment(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const own = textIn(environment, 'OTEL_SERVICE_NAME')?.trim()
  if (own) return own
  const attribute = /(?:^|,)\s*service\.name\s*=([^,]*)/.exec(
    textIn(environment, 'OTEL_RESOURCE_ATTRIBUTES') ?? '',
  )?.[1]
  return attribute === undefined ? undefined : decoded(attribute.trim()) || undefined
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
