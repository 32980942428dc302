import type { MeterProvider } from '@opentelemetry/api'
import { metrics } from '@opentelemetry/api'
import { fieldOf } from '@homeostat/signals/options'
import { registeredApi } from './registered-api.ts'

/** The `MeterProvider` of the process. */
export interface GlobalProvider {
  readonly provider: MeterProvider
  /**
   * The version of `@opentelemetry/api` that registered it, if our newer copy of the api ignores that registration. Our copy then
   * uses a provider that drops everything, without an error.
   */
  readonly hiddenBy: string | undefined
}

/** The registered provider, also one that our copy of `@opentelemetry/api` does not see; undefined while there is none. */
export function globalMeterProvider(): GlobalProvider | undefined {
  const registered = registeredApi()
  const provider = fieldOf(registered, 'metrics')
  if (typeof fieldOf(provider, 'getMeter') !== 'function') return undefined
  const isSeen = metrics.getMeterProvider() === provider
  const version = fieldOf(registered, 'version')
  const hiddenBy = isSeen ? undefined : typeof version === 'string' ? version.slice(0, 20) : 'another version'
  return { provider: provider as MeterProvider, hiddenBy }
}

/** Whether an SDK has registered anything: it may trace and not measure. */
export function hasSdk(): boolean {
  const registered = registeredApi()
  return ['metrics', 'trace'].some(signal => typeof fieldOf(registered, signal) === 'object')
}
