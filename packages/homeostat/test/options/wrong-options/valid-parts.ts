import type { Action, Response, Rule } from '../../../src/index.ts'
import { processAction } from '../../process-action.ts'

/** A secret. No warning may show it. */
export const CANARY = 'hunter2-Zebra-Lamp'

export const response: Response = { to: { alert: 'Hot' }, action: 'fan', priority: 'slo' }
export const action: Action = processAction('fan')
export const rule: Rule = { alert: 'Hot', expr: 'vector(1)' }
export const knob = {
  name: 'k',
  scope: 'process',
  bounds: { min: 0, max: 1 },
  read: () => 0,
  compareAndSet: () => true,
}
export const loader = {
  name: 'l',
  client: { pttl: () => 0, set: () => 0 },
  keys: () => [],
  load: () => '',
  ttlSeconds: 5,
}
/** Plain data that cannot be copied. */
export const cyclic: Record<string, unknown> = {}
cyclic['self'] = cyclic

/** Throws an error that shows a secret. */
export function fail(): never {
  throw new Error(CANARY)
}
