import { setImmediate as turn } from 'node:timers/promises'
import { diag, DiagLogLevel } from '@opentelemetry/api'
import { HOSTILE, PLANTED } from './hostile-values.ts'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Action, Knob, LedgerEntry, Response } from '../src/index.ts'
import { Knobs, knobAction } from '../src/index.ts'
import { Loop, relieve, response } from './loop.ts'

const unhandled = vi.fn<(error: unknown) => void>()
const lines: string[] = []
const note = (...parts: unknown[]): void => void lines.push(parts.map(String).join(' '))

beforeEach(() => {
  unhandled.mockClear()
  lines.length = 0
  process.on('unhandledRejection', unhandled)
  process.on('uncaughtException', unhandled)
  diag.setLogger({ error: note, warn: note, info: note, debug: note, verbose: note }, DiagLogLevel.ALL)
})

afterEach(() => {
  process.off('unhandledRejection', unhandled)
  process.off('uncaughtException', unhandled)
  diag.disable()
})

const FIELDS = ['summary', 'effects', 'blockedMs', 'advice', 'problems', 'undo', 'renew', 'switch'] as const

/** A whole receipt of a change that lasts. */
const whole = (): Record<string, unknown> => ({
  summary: 'relieved 1 plant',
  effects: { plants: 1 },
  undo: async () => ({ result: 'restored' }),
})

function getter(object: object, field: string, get: () => unknown): object {
  return Object.defineProperty(object, field, { get, enumerable: true })
}

function thrower(make: () => unknown): () => never {
  return () => {
    throw make()
  }
}

/** Every way in which an action may hand over a value. */
function runsOf(make: () => unknown): readonly (() => unknown)[] {
  return [
    thrower(make),
    async () => thrower(make)(),
    make,
    async () => make(),
    ...['undo', 'renew', 'switch'].map(field => async () => ({ ...whole(), [field]: thrower(make) })),
    ...FIELDS.flatMap(field => [
      async () => ({ ...whole(), [field]: make() }),
      async () => getter(whole(), field, thrower(make)),
      async () => ({ ...whole(), [field]: async () => make() }),
    ]),
    async () => ({ ...whole(), effects: getter({}, 'plants', thrower(make)) }),
    async () => ({ ...whole(), effects: { __proto__: null, constructor: 1, [PLANTED.repeat(9)]: 2, '': 3 } }),
    async () => ({ ...whole(), advice: [make(), { what: make(), why: make() }], problems: [make()] }),
  ]
}

async function live(loop: Loop, ticks = 8): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = []
  for (let i = 0; i < ticks; i++, loop.now += 5000) {
    loop.pressure.set(0.9)
    entries.push(loop.optimizer.tick(loop.now))
    for (let turns = 0; turns < 5; turns++) await turn()
  }
  await loop.optimizer.stop()
  for (let turns = 0; turns < 3; turns++) await turn()
  return entries
}

/** Nothing was thrown at the application, and nothing of it was repeated. */
function check(loop: Loop, entries: readonly LedgerEntry[]): void {
  expect(unhandled).not.toHaveBeenCalled()
  const { trials } = loop.optimizer
  const explained = entries.flatMap(({ started }) => started.map(({ id }) => loop.optimizer.explain(id)?.line))
  const told = JSON.stringify([explained, loop.optimizer.evidence(loop.now), lines, loop.engine.collect(loop.now)])
  expect(told).not.toContain(PLANTED)
  expect(trials.open.every(({ state }) => state !== 'running')).toBe(true)
}

const quick: Response = { ...response, cooldownMs: 1, timeoutMs: 5000, expect: { ...response.expect!, settleMs: 5000 } }

it.each(Object.keys(HOSTILE))(
  '2-02: an action that hands over %s, thrown or in any part of its receipt',
  async name => {
    for (const run of runsOf(HOSTILE[name]!)) {
      const loop = new Loop({ actions: [relieve(run as Action['run'])], responses: [quick] })
      const entries = await live(loop, 5)
      expect(entries.flatMap(({ started }) => started).length).toBeGreaterThan(0)
      // The texts of an action are shown; only errors that it throws are not.
      const saysItself = JSON.stringify(entries.flatMap(({ ended }) => ended.map(({ outcome }) => outcome)))
      if (!saysItself.includes(PLANTED)) check(loop, entries)
      expect(unhandled).not.toHaveBeenCalled()
    }
  },
)

it('2-02: listeners, modes, prerequisites and kill switches that throw or return anything', async () => {
  for (const make of Object.values(HOSTILE))
    for (const hostile of [thrower(make), make, async () => thrower(make)()] as (() => never)[]) {
      const loop = new Loop({
        actions: [{ ...relieve(async () => whole() as never), unready: hostile }],
        responses: [quick],
        modeOf: hostile,
      })
      loop.optimizer.on(hostile)
      expect(await live(loop, 3)).toHaveLength(3)
      const acting = new Loop({
        actions: [{ ...relieve(async () => whole() as never), unready: hostile }],
        responses: [quick],
      })
      acting.optimizer.on(hostile)
      expect(await live(acting, 3)).toHaveLength(3)
      expect(unhandled).not.toHaveBeenCalled()
      expect(lines.join()).not.toContain(PLANTED)
    }
})

it('2-02: knobs whose methods throw or return anything', async () => {
  for (const make of Object.values(HOSTILE))
    for (const hostile of [thrower(make), make, async () => thrower(make)()] as (() => never)[])
      for (const part of ['read', 'compareAndSet', 'unready'] as const) {
        const cell = { value: 5 }
        const knob: Knob = {
          name: 'plant.relieve',
          scope: 'process',
          keptIn: 'memory',
          bounds: { min: 0, max: 10 },
          read: () => cell.value,
          compareAndSet: (expected, next) => cell.value === expected && ((cell.value = next), true),
          [part]: hostile,
        }
        const knobs = new Knobs({ knobs: [knob], service: 'hostile', environment: {}, clock: Date.now, timeoutMs: 50 })
        const loop = new Loop({
          actions: [knobAction(knob, knobs) as Action],
          responses: [{ ...quick, options: { by: 1 } }],
        })
        const entries = await live(loop, 3)
        check(loop, entries)
        await knobs.close()
      }
})

it('2-01: a response whose timeoutMs no timer can keep runs its action in containment', async () => {
  for (const timeoutMs of [1500.5, Number.NaN, -5, Infinity, 1e12, 2 ** 31, '5' as never]) {
    const run = vi.fn<Action['run']>(async () => ({ summary: 'relieved 1 plant', effects: { plants: 1 } }))
    const loop = new Loop({ actions: [relieve(run)], responses: [{ ...quick, timeoutMs }] })
    const entries = await live(loop, 4)
    check(loop, entries)
    expect(entries.flatMap(({ ended }) => ended).length + loop.optimizer.rejected.length).toBeGreaterThan(0)
  }
})
