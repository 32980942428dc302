import { Breakers } from '@homeostat/http/domain'
import type { Domain, GuardedOptions, GuardedService } from '@homeostat/optimizer'
import { Registry } from '@homeostat/signals'

/** What an application may ask for around its HTTP: `h.http`. */
export interface HttpMethods {
  /**
   * A service behind a circuit breaker; all services of one origin share it. While the breaker is open, calls are refused at once
   * (`BreakerOpenError`) and do not wait for a service that does not answer. Calls are refused only if `http.breaker.enforce` is set, or if
   * the knob `http.breaker` is on in mode `act`, and never while a kill switch is tripped, in the modes `off` and `shadow`, or where `maxMode` is
   * less than `act`. Otherwise the breaker counts the calls that it would have refused. With `http: false` every call is made.
   *
   * @param origin - e.g. `https://api.example.com`
   * @example
   * ```ts
   * const payments = h.http.guarded('https://payments.example.com', { timeoutMs: 2000 })
   * const charges = () => payments.execute(({ signal }) => fetch('https://payments.example.com/charges', { signal }))
   * ```
   */
  guarded(origin: string | URL, options?: GuardedOptions): GuardedService
}

export function httpMethods(domains: readonly Domain[]): HttpMethods {
  // Without the package's domain nothing measures or refuses, but time limits are the application's own.
  const guards =
    domains.find(({ serviceGuards }) => serviceGuards !== undefined)?.serviceGuards ??
    new Breakers(new Registry({ scope: { name: '@homeostat/http' } }))
  return { guarded: (origin, options) => guards.guarded(origin, options) }
}
