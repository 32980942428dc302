import type { Domain } from '@homeostat/optimizer'
import { afterEach, expect, it, vi } from 'vitest'
import type { Homeostat } from '../../src/index.ts'
import { homeostat } from '../../src/index.ts'

const rejections: unknown[] = []
process.on('unhandledRejection', reason => rejections.push(reason))

let h: Homeostat

afterEach(async () => {
  await h.stop()
})

const engine = { name: 'nats', title: 'NATS' }
let calls = 0
// No mock of vitest: that one handles the rejection itself.
const failing = async (): Promise<never> => {
  calls++
  throw new Error('canary')
}
const candidate = { engine: 'nats', address: 'here', create: failing }

it.each<[string, object]>([
  ['lists no coordinators', { coordinators: failing }],
  ['lists no state stores', { stateStores: failing }],
  ['creates no coordinator', { coordinators: () => [candidate] }],
  ['creates no state store', { stateStores: () => [candidate] }],
])('an async function of a domain that %s and rejects does not end the process', async (_, parts) => {
  calls = 0
  const domain = { name: 'bus', engine, ...parts } as unknown as Domain
  h = homeostat({
    domains: [domain],
    environment: {},
    log: false,
    service: 'shop',
    mode: 'act',
    intervalMs: 20,
    coordinator: 'nats' as never,
    stateStore: 'nats' as never,
  })
  await vi.waitFor(() => expect(calls).toBeGreaterThan(0), { timeout: 20_000 })
  await h.optimizePerformance()
  await new Promise(resolve => setImmediate(resolve))
  expect(rejections).toEqual([])
  expect(String(h.report())).not.toContain('canary')
})
