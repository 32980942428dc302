import { fieldOf } from '@homeostat/signals/options'
import { classNameOf } from '../doors/class-name.ts'
import type { ProviderFacts } from './live-facts.ts'
import { delegateOf } from '../doors/delegate-of.ts'
import { registeredApi } from '../doors/registered-api.ts'

/** The registered provider of metrics, behind its proxies; undefined where none is registered. */
export function registeredMeterProvider(): unknown {
  return delegateOf(fieldOf(registeredApi(), 'metrics'))
}

export function providerFacts(): ProviderFacts {
  const registered = registeredApi()
  const provider = registeredMeterProvider()
  const className = classNameOf(provider)
  const version = fieldOf(registered, 'version')
  const tracer = classNameOf(delegateOf(fieldOf(registered, 'trace')))
  return {
    kind: kindOf(provider, className),
    className,
    apiVersion: typeof version === 'string' ? version.slice(0, 60) : undefined,
    hasTracer: tracer !== undefined && !isNoop(tracer),
  }
}

function kindOf(provider: unknown, className: string | undefined): ProviderFacts['kind'] {
  if (typeof fieldOf(provider, 'getMeter') !== 'function') return 'missing'
  if (isNoop(className)) return 'noop'
  return Array.isArray(fieldOf(fieldOf(provider, '_sharedState'), 'metricCollectors')) ? 'sdk' : 'other'
}

function isNoop(className: string | undefined): boolean {
  return className?.startsWith('Noop') === true
}
