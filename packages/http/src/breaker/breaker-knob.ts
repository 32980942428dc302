import type { Knob } from '@homeostat/optimizer'
import type { Breakers } from './breakers.ts'

/**
 * `http.breaker`: 1 lets open circuit breakers refuse the calls that the application has put behind `h.http.guarded()`, 0 lets every call
 * through. It concerns the origins whose breaker is open, and no other one.
 */
export function createBreakerKnob(breakers: Breakers): Knob {
  return {
    name: 'http.breaker',
    scope: 'process',
    keptIn: 'memory',
    bounds: { min: 0, max: 1, grain: 1 },
    touches: ['http.client'],
    raises: [],
    lowers: ['network'],
    actions: { 'http.openBreaker': { to: 1 } },
    risk: 2,
    unready: () => (breakers.size === 0 ? 'no call is guarded: put calls behind h.http.guarded(origin)' : undefined),
    read: () => (breakers.isEnforced ? 1 : 0),
    compareAndSet(expected, next) {
      if ((breakers.isEnforced ? 1 : 0) !== expected) return false
      breakers.isEnforced = next === 1
      return true
    },
  }
}
