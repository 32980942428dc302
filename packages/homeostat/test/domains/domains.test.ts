import { metrics } from '@homeostat/semconv'
import { SignalInstrumentation, type SignalInstrumentationConfig } from '@homeostat/signals'
import { afterEach, expect, it, vi } from 'vitest'
import { definitions } from '../../src/domains/domain-definitions.ts'
import type { Action, Domain, HomeostatOptions, Response } from '../../src/index.ts'
import { Homeostat, homeostat } from '../../src/index.ts'

let h: Homeostat | undefined

afterEach(async () => {
  vi.restoreAllMocks()
  await h?.stop()
  h = undefined
})

const OFF = Object.fromEntries(definitions.map(([name]) => [name, false]))
const always = { alert: 'Always', expr: 'vector(1)' }
const respond: Response = { to: { alert: 'Always' }, action: 'door.open', priority: 'safety' }

function opening(): Action & { opened: number } {
  const action = {
    name: 'door.open',
    scope: 'process' as const,
    touches: [],
    raises: [],
    lowers: [],
    risk: 0 as const,
    opened: 0,
    run: async () => {
      action.opened++
      return { summary: 'opened', effects: { doors: 1 } }
    },
  }
  return action
}

/** Homeostat with nothing but a domain, which may bring next to nothing, and no warning. */
function start(domain: Omit<Domain, 'name'>, options: HomeostatOptions = {}): Homeostat {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  h = homeostat({
    ...OFF,
    mode: 'act',
    autoStart: false,
    warmUpMs: 0,
    log: false,
    environment: {},
    service: 'shop',
    domains: [{ name: 'mine', ...domain }],
    ...options,
  })
  expect(warn.mock.calls.map(([line]) => line)).toEqual([])
  return h
}

const watched = (): string[] => h!.report().watched.map(({ name }) => name)

it('a domain with nothing but a name is accepted and does nothing', async () => {
  await start({}).optimizePerformance()
  expect(watched()).toEqual([])
  expect(h!.instrumentations).toHaveLength(1)
  expect(h!.alerts()).toEqual([])
  expect(String(h!.report())).toContain('shop')
})

it('a domain may bring nothing but rules', async () => {
  await start({ rules: [always] }).optimizePerformance()
  expect(h!.alerts().map(({ alert }) => alert)).toEqual(['Always'])
})

it('a domain may bring nothing but responses, to rules and with actions of the options', async () => {
  const action = opening()
  await start({ responses: [respond] }, { rules: [always], actions: [action] }).optimizePerformance()
  expect(action.opened).toBe(1)
})

it('a domain may bring nothing but actions, for rules and responses of the options', async () => {
  const action = opening()
  await start({ actions: [action] }, { rules: [always], responses: [respond] }).optimizePerformance()
  expect(action.opened).toBe(1)
})

it('a domain may bring nothing but knobs', async () => {
  let width = 8
  const knob = {
    name: 'door.width',
    scope: 'process' as const,
    keptIn: 'memory' as const,
    bounds: { min: 1, max: 8, grain: 1 },
    read: () => width,
    compareAndSet: (expected: number, next: number) => {
      if (width === expected) width = next
      return width === next
    },
  }
  const narrow: Response = { ...respond, action: 'door.width', options: { to: 2 } }
  await start({ knobs: [knob] }, { rules: [always], responses: [narrow] }).optimizePerformance()
  expect(width).toBe(2)
  expect(h!.report().knobs.map(({ name }) => name)).toEqual(['door.width'])
  await h!.stop()
  expect(width).toBe(8)
})

it('a domain may bring nothing but reclaimers, which memory.cleanup of the runtime package runs beside its own', async () => {
  const reclaimed: string[] = []
  const reclaimer = (name: string) => ({
    name,
    reclaim: async () => {
      reclaimed.push(name)
      return { summary: 'removed 5 entries', effects: { entries: 5 } }
    },
  })
  const clean: Response = { ...respond, action: 'memory.cleanup' }
  const options: HomeostatOptions = {
    runtime: { reclaimers: () => [reclaimer('of the options')] },
    rules: [always],
    responses: [clean],
  }
  await start({ reclaimers: [reclaimer('of the domain')] }, options).optimizePerformance()
  expect(reclaimed.toSorted()).toEqual(['of the domain', 'of the options'])
})

it('a domain may bring nothing but signals, or nothing but a follower of the loop', async () => {
  class Doors extends SignalInstrumentation<SignalInstrumentationConfig> {
    constructor() {
      super('doors', '1.0.0', {})
    }
    protected activate(): Disposable {
      this.registry.counter(metrics.cacheRequests).with({}).add()
      return { [Symbol.dispose]: () => undefined }
    }
  }
  start({ instrumentation: new Doors() })
  for (const instrumentation of h!.instrumentations) instrumentation.enable()
  await h!.optimizePerformance()
  expect(h!.report().watched).toMatchObject([{ name: 'mine', isOn: true, series: 1 }])
  await h!.stop()

  let ticks = 0
  await start({ follow: loop => loop.on(() => void ticks++) }).optimizePerformance()
  expect(ticks).toBe(1)
})

it('a domain in mode off brings no rules, whatever it leaves out', async () => {
  await start({ rules: [always] }, { mode: 'off' }).optimizePerformance()
  expect(h!.alerts()).toEqual([])
})
