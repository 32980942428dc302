import type { DomainDefinition, DomainWith } from '@homeostat/optimizer'
import { checkedOptions } from '@homeostat/signals/options'
import { createCompressionKnob } from './compression/compression-knob.ts'
import { createBreakerKnob } from './breaker/breaker-knob.ts'
import { Breakers } from './breaker/breakers.ts'
import { createServiceAdvice } from './services/service-advice.ts'
import { HttpInstrumentation } from './instrumentation.ts'
import type { HttpOptions } from './options.ts'
import { httpOptions } from './options.ts'
import { responses } from './responses.ts'
import { rules } from './rules.ts'
import { Shedder } from './shedding/shedder.ts'
import { createWarmPopularContent } from './warming/warm-popular-content.ts'

export { createCompressionKnob } from './compression/compression-knob.ts'
export { createBreakerKnob } from './breaker/breaker-knob.ts'
export { Breakers } from './breaker/breakers.ts'
export { BreakerOpenError, GuardedTimeoutError } from './errors.ts'
export { httpOptions, type HttpOptions } from './options.ts'
export { createWarmPopularContent, type WarmPopularContentOptions } from './warming/warm-popular-content.ts'
export { EdgeWarmer, type UrlArms, type WarmingPass } from './warming/edge-warmer.ts'

/** What the package provides for `homeostat()`. */
export type HttpDomain = DomainWith<
  HttpInstrumentation,
  'rules' | 'responses' | 'actions' | 'knobs' | 'observes' | 'serviceGuards' | 'reflex' | 'isUnderPressure'
>

/**
 * Everything that this package provides, for `homeostat()`: the services that the application calls, its own requests, and what may be
 * done about them. `homeostat()` creates it from its options.
 *
 * @example
 * ```ts
 * const h = homeostat({ http: { client: { maxOrigins: 20 } } })
 * ```
 */
export function http(options: HttpOptions = {}): HttpDomain {
  const { breaker, shed = false, ...config } = checkedOptions(httpOptions, options, 'http')
  const instrumentation = new HttpInstrumentation(config)
  const onFault = (error: unknown): void => instrumentation.registry.faults.report('action', error)
  const breakers = new Breakers(instrumentation.registry, breaker)
  const { registry, serverRequests } = instrumentation
  const shedder = new Shedder({ registry, isEnabled: shed !== false, ...(typeof shed === 'object' && shed) })
  serverRequests.observer = shedder
  return {
    name: 'http',
    instrumentation,
    observes: {
      http: { expects: 'a Pool of undici or an http.Agent', observe: object => instrumentation.observe(object) },
    },
    rules,
    responses,
    actions: [
      createWarmPopularContent({ warmer: () => instrumentation.warmer, onFault }),
      createServiceAdvice(instrumentation.services, origin => breakers.has(origin)),
    ],
    knobs: [createCompressionKnob(), createBreakerKnob(breakers)],
    serviceGuards: breakers,
    reflex: shedder,
    isUnderPressure: () => shedder.isUnderPressure(),
  }
}

/** The option `http` of `homeostat()`: the services that it calls, its own requests, and what may be done about them. */
export const definition: DomainDefinition<HttpOptions> = { options: httpOptions, place: 45, create: http }
