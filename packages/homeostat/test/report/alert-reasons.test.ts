import type { Action } from '@homeostat/optimizer'
import { expect, it } from 'vitest'
import type { Homeostat, HomeostatOptions } from '../../src/index.ts'
import { homeostat } from '../../src/index.ts'

const base = { scope: 'process', touches: ['a'], raises: [], lowers: [], risk: 0 } as const
const receipt = { summary: 'cooled the fan', effects: { fans: 1 } }
const cool: Action = { ...base, name: 'fan.cool', run: async () => receipt }
const look: Action = {
  ...base,
  name: 'fan.look',
  kind: 'advice',
  run: async () => ({ summary: 'looked at 1 fan', effects: {}, advice: [{ what: 'buy a fan', why: 'it is hot' }] }),
}
const to = (action: string, more: object = {}): object => ({ to: { alert: 'Hot' }, action, priority: 'slo', ...more })
const rules = [{ alert: 'Hot', expr: 'vector(1)' }]

async function lineOf(options: object, ticks: number): Promise<string | undefined> {
  await using h: Homeostat = homeostat({
    autoStart: false,
    environment: {},
    log: false,
    service: 'shop',
    warmUpMs: 0,
    rules,
    ...options,
  } as HomeostatOptions)
  for (let tick = 0; tick < ticks; tick++) await h.optimizePerformance()
  const [alert] = h.alerts()
  expect(String(h.report())).toContain(alert?.line)
  return alert?.line
}

it.each([
  ['no response answers it', {}, 2, 'no response answers it, so nothing is done'],
  ['its response is refused', { responses: [to('fan.cool')], actions: [cool] }, 2, 'fan.cool'],
  [
    'its response asks for an action that nobody brings',
    { responses: [to('fan.off')] },
    2,
    'no package in use provides fan.off',
  ],
  [
    'advice is given',
    { responses: [to('fan.look')], actions: [look] },
    2,
    'fan.look#1 for Hot advises: buy a fan, because it is hot',
  ],
  [
    'an action was run',
    { mode: 'act', responses: [to('fan.cool', { priority: 'safety' })], actions: [cool] },
    2,
    'fan.cool#1 was run',
  ],
] as const)('a firing alert says why it goes on: %s', async (_, options, ticks, reason) => {
  const line = await lineOf(options, ticks)
  expect(line).toMatch(/^Hot is firing \(value 1\): ./)
  expect(line).toContain(reason)
})

it('also in the tick in which its response begins', async () => {
  const slow: Action = { ...cool, run: () => new Promise(() => undefined) }
  await using h = homeostat({
    autoStart: false,
    environment: {},
    log: false,
    service: 'shop',
    warmUpMs: 0,
    mode: 'act',
    rules,
    responses: [to('fan.cool', { priority: 'safety', timeoutMs: 100 })] as never,
    actions: [slow],
  })
  h.optimizer.tick()
  expect(h.alerts()[0]?.line).toMatch(/^Hot is firing \(value 1\): (?:fan\.cool|its response has begun)/)
})
