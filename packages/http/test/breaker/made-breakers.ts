import { Registry } from '@homeostat/signals'
import { Breakers } from '../../src/breaker/breakers.ts'

/** Breakers that test an open service after 300 ms, and the registry where they count. */
export function madeBreakers(options: ConstructorParameters<typeof Breakers>[1] = {}): {
  readonly registry: Registry
  readonly breakers: Breakers
} {
  const registry = new Registry({ scope: { name: 'test' } })
  const breakers = new Breakers(registry, { halfOpenAfterMs: 300, ...options })
  return { registry, breakers }
}
