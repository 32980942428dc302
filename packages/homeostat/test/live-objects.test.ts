import type { Action, Coordinator, Knob, StateStore } from '@homeostat/optimizer'
import { afterEach, expect, it, vi } from 'vitest'
import type { Homeostat, HomeostatOptions } from '../src/index.ts'
import { homeostat } from '../src/index.ts'
import { processAction } from './process-action.ts'

const running: Homeostat[] = []

afterEach(async () => {
  for (const h of running.splice(0)) await h.stop()
  vi.restoreAllMocks()
})

/** What the options are read with, and the warnings meanwhile. */
function start(options: HomeostatOptions): { readonly h: Homeostat; readonly warnings: string[] } {
  const warnings: string[] = []
  vi.spyOn(process, 'emitWarning').mockImplementation(text => void warnings.push(String(text)))
  const h = homeostat({ autoStart: false, warmUpMs: 0, environment: {}, log: false, service: 'shop', ...options })
  running.push(h)
  return { h, warnings }
}

/** The object with a field that answers so many times and then throws. */
function failing<T extends object>(object: T, field: keyof T, afterReads: number): T {
  const { [field]: value } = object
  let reads = 0
  return Object.defineProperty({ ...object }, field, {
    enumerable: true,
    get() {
      if (++reads > afterReads) throw new Error('canary-of-a-getter')
      return value
    },
  })
}

const action = processAction('a.b')
const knob: Knob = {
  name: 'x.y',
  scope: 'process',
  keptIn: 'memory',
  bounds: { min: 1, max: 8 },
  read: () => 4,
  compareAndSet: () => true,
}
const none = async (): Promise<never> => undefined as never
const store: StateStore = { name: 'x', read: none, write: none, [Symbol.asyncDispose]: none }
const coordinator: Coordinator = {
  name: 'x',
  acquire: none,
  renew: none,
  release: none,
  isCurrent: none,
  record: none,
  settle: none,
  orphans: none,
  beat: none,
  leave: none,
  takeSlot: none,
  freeSlot: none,
  [Symbol.asyncDispose]: none,
}

const READS = [0, 1, 2, 3, 4, 5, 8]
const cases: [string, HomeostatOptions][] = READS.flatMap((reads): [string, HomeostatOptions][] => [
  ...(Object.keys(action) as (keyof Action)[]).map((field): [string, HomeostatOptions] => [
    `action.${field} after ${reads} reads`,
    { actions: [failing(action, field, reads)] },
  ]),
  ...(Object.keys(knob) as (keyof Knob)[]).map((field): [string, HomeostatOptions] => [
    `knob.${field} after ${reads} reads`,
    { knobs: [failing(knob, field, reads)] },
  ]),
  [`stateStore.name after ${reads} reads`, { stateStore: failing(store, 'name', reads) }],
  [`coordinator.name after ${reads} reads`, { coordinator: failing(coordinator, 'name', reads) }],
])

it.each(cases)('2-05: a getter that throws, %s, costs no other option and no call', async (_, options) => {
  const { h, warnings } = start({
    mode: 'act',
    rules: [{ alert: 'Always', expr: 'vector(1)' }],
    responses: [{ to: { alert: 'Always' }, action: 'a.b', priority: 'efficiency' }],
    ...options,
  })
  await h.optimizePerformance()
  await h.optimizePerformance()
  expect(h.alerts().map(({ alert }) => alert)).toContain('Always')
  expect(h.report().service?.name).toBe('shop')
  expect(h.mode).toBe('act')
  expect(String(h.report()) + warnings.join()).not.toContain('canary')
})

it('2-05: what fails when it is used costs the live objects and the leave to act, but no other option', async () => {
  const methods = ['producer', 'observe', 'bindMeterProvider', 'collect', 'clearLevels', 'runObservers']
  const registry = Object.fromEntries(methods.map(name => [name, () => undefined]))
  const parts = { name: 'mine', instrumentation: { registry }, rules: [], responses: [], knobs: [], reclaimers: [] }
  // It passes the check, but is not an instrumentation.
  const domain = { ...parts, actions: [] }
  const { h, warnings } = start({
    mode: 'act',
    domains: [domain as never],
    rules: [{ alert: 'Always', expr: 'vector(1)' }],
  })
  await h.optimizePerformance()
  expect(h.alerts().map(({ alert }) => alert)).toContain('Always')
  expect(h.report().service?.name).toBe('shop')
  expect(h.mode).toBe('advise')
  expect(warnings).toEqual([
    expect.stringMatching(/^a live object of the options failed when it was used \(TypeError\): /),
  ])
})
