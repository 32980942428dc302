import { expect, test } from 'vitest'
import type { MetricDefinition } from '@homeostat/semconv'
import { Fleet } from '../src/index.ts'
import type { Action, Judgement, LedgerEntry, Response, UndoResult } from '../src/index.ts'
import type { FleetLease } from '../src/engines.ts'
import type { JudgedTrial } from '../src/words/trial.ts'
import { StateKeeper } from '../src/state/state-keeper.ts'
import { textOf } from '../src/state/state-text.ts'
import { evidenceSection } from '../src/verdicts/evidence-section.ts'
import { Histories } from '../src/verdicts/histories.ts'
import { MemoryStore } from './state/memory-store.ts'
import { History } from '../src/verdicts/history.ts'
import { anHour, coordinatorOf } from './coordinator.ts'
import { Loop, START, pressure, relieve, response } from './loop.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const receipt = { summary: 'relieved', effects: { valves: 1 } }
const safety: Response = { ...response, priority: 'safety' }
const watched: Response = { ...response, expect: { ...response.expect!, settleMs: 60_000, windowMs: 120_000 } }

/** One series each of many things of one kind. */
const crowd: MetricDefinition = { ...pressure, name: 'test.crowd', attributes: ['homeostat.cache.name'] }
const lag: MetricDefinition = { ...pressure, name: 'test.lag', attributes: [] }

class Valve {
  open = 0
  runs = 0
  readonly action: Action = relieve(async () => {
    this.open++
    this.runs++
    return { ...receipt, undo: async () => (this.open--, { result: 'restored' as const }) }
  })
}

const idle = (name: string): Action => relieve(async () => receipt, { name, touches: [name] })
const breachesOf = (entries: readonly LedgerEntry[]): number => entries.flatMap(({ breaches }) => breaches).length

test('an action whose lease is granted after the kill switch was tripped does not start', async () => {
  const asked = Promise.withResolvers<void>()
  const granted = Promise.withResolvers<FleetLease>()
  const coordinator = coordinatorOf({ acquire: () => (asked.resolve(), granted.promise) })
  await using fleet = new Fleet({ coordinator, member: 'one' })
  await fleet.beat()
  let runs = 0
  const loop = new Loop({
    fleet,
    responses: [safety],
    actions: [relieve(async () => (runs++, receipt), { scope: 'shared' })],
  })
  const ticking = loop.run(20_000, () => 1)
  await asked.promise

  loop.optimizer.killSwitch.trip('the operator')
  granted.resolve(anHour())
  await ticking

  expect(runs).toBe(0)
  expect(loop.optimizer.trials.all).toEqual([])
})

test('a control of a disruptive action gives its slot back like a run', async () => {
  const slots = new Set<string>()
  const coordinator = coordinatorOf({
    takeSlot: async holder => (slots.add(holder), true),
    freeSlot: async holder => void slots.delete(holder),
  })
  await using fleet = new Fleet({ coordinator, member: 'one' })
  await fleet.beat()
  const disruptive = relieve(async () => receipt, { disruptive: true })
  // The first block begins with a control.
  const loop = new Loop({ fleet, actions: [disruptive], random: () => 0.1 })

  const entries = await loop.run(5 * MINUTE_MS, () => 1)

  expect(entries.flatMap(({ withheld }) => withheld).length).toBeGreaterThan(0)
  expect(slots.size).toBe(0)
})

test('a switchback is reverted also while its action hangs', async () => {
  let runs = 0
  let open = 0
  const hanging = Promise.withResolvers<void>()
  const hangingOnce = relieve(async () => {
    open++
    if (++runs === 2) await hanging.promise
    return { ...receipt, undo: async () => (open--, { result: 'restored' as const }) }
  })
  const loop = new Loop({
    responses: [{ ...response, design: { kind: 'switchback' } }],
    actions: [hangingOnce],
    random: () => 0.1,
  })
  await loop.run(6 * MINUTE_MS, () => 1.2)
  expect(runs).toBe(2)

  await loop.optimizer.stop()

  expect(loop.optimizer.trials.open).toEqual([])
  expect(runs).toBe(2)
  hanging.resolve()
  await expect.poll(() => open).toBe(0)
})

test('an undo without a result counts as failed, and breaks nothing', async () => {
  const mute = relieve(async () => ({ ...receipt, undo: async () => undefined as unknown as UndoResult }))
  const loop = new Loop({ actions: [mute] })
  await loop.run(20_000, () => 1)

  loop.optimizer.killSwitch.trip('the operator')
  await loop.optimizer.restored()

  expect(loop.optimizer.trials.all).toMatchObject([{ state: 'judged', reverted: { result: 'failed' } }])
})

test('a run that was given up keeps other actions from its resource while it goes on', async () => {
  let others = 0
  const stuck = relieve(() => new Promise(() => {}))
  const other = relieve(async () => (others++, receipt), { name: 'plant.other' })
  const responses: Response[] = [
    { ...safety, timeoutMs: 10 },
    { ...response, action: other.name, priority: 'efficiency' },
  ]
  const loop = new Loop({ responses, actions: [stuck, other] })

  await loop.run(60_000, () => 1)

  expect(others).toBe(0)
})

test('a switchback in which nothing was done proves nothing', async () => {
  const nothing = relieve(async () => ({ summary: 'nothing to relieve', effects: { valves: 0 } }))
  const loop = new Loop({
    responses: [{ ...response, design: { kind: 'switchback' } }],
    actions: [nothing],
    random: () => 0.1,
  })

  const entries = await loop.run(18 * MINUTE_MS, () => 1.2)

  expect(entries.flatMap(({ verdicts }) => verdicts)[0]?.verdict).toBe('noop')
})

test('a control with a breached guard is one episode, reported once', async () => {
  const loop = new Loop({
    responses: [{ ...watched, guards: [{ expr: 'test_pressure', notWorseThan: 0.1 }] }],
    actions: [relieve(async () => receipt)],
    // The first block begins with a control.
    random: () => 0.1,
  })
  const control = (): number => loop.optimizer.trials.open.find(({ arm }) => arm === 'control')?.startedAt ?? Infinity

  const entries = await loop.run(40 * MINUTE_MS, ms => {
    if (loop.now - control() > 20_000) return 9
    return ms < 20 * MINUTE_MS ? 0.7 + (Math.floor(ms / 5000) % 2) / 100 : 0.9
  })

  const controls = loop.optimizer.trials.all.filter(({ arm, state }) => arm === 'control' && state === 'judged').length
  expect(controls).toBeGreaterThan(0)
  expect(loop.optimizer.histories.all[0]?.counts.controls).toBe(controls)
  expect(breachesOf(entries)).toBeLessThanOrEqual(loop.optimizer.trials.all.length)
})

test('a reload that takes a guard away leaves it to the trials that began with it', async () => {
  const valve = new Valve()
  const guarded: Response = { ...watched, priority: 'safety', guards: [{ expr: 'test_lag', notWorseThan: 0.1 }] }
  const loop = new Loop({ responses: [guarded], actions: [valve.action] })
  const lagging = loop.registry.level(lag).with()
  const plant = (level: number, seconds: number) => (): number => (lagging.set(seconds), level)
  await loop.run(10 * MINUTE_MS, ms => plant(0.5, 1 + (Math.floor(ms / 5000) % 2) / 100)())
  await loop.run(10 * MINUTE_MS + 40_000, plant(0.9, 1))
  expect(valve.open).toBe(1)

  const rules = [{ alert: 'PressureHigh', expr: 'test_pressure > 0.8', for: '10s', labels: { severity: 'high' } }]
  loop.optimizer.load({ rules, responses: [{ ...guarded, guards: [] }] })
  const entries = await loop.run(10 * MINUTE_MS + 60_000, plant(0.9, 9))

  expect(breachesOf(entries)).toBe(1)
  expect(valve.open).toBe(0)
})

test('budgets hold beside hundreds of alerts that are only watched', async () => {
  let runs = 0
  const loop = new Loop({
    rules: [
      { alert: 'PressureHigh', expr: 'test_pressure > 0.8' },
      { alert: 'Crowded', expr: 'test_crowd > 0.8' },
    ],
    responses: [
      { ...safety, cooldownMs: 30_000 },
      { ...response, to: { alert: 'Crowded' }, action: 'watched', cooldownMs: 0 },
    ],
    modeOf: action => (action === 'watched' ? 'advise' : 'act'),
    actions: [relieve(async () => (runs++, receipt)), idle('watched')],
  })
  for (let i = 0; i < 25; i++)
    loop.registry
      .level(crowd)
      .with({ 'homeostat.cache.name': `c${i}` })
      .set(1)

  await loop.run(HOUR_MS - 60_000, () => 1)

  expect(loop.optimizer.trials.all.length).toBeGreaterThan(900)
  expect(runs).toBe(6)
})

test('cooldowns and undos hold beside thousands of alerts that are only refused', async () => {
  const valve = new Valve()
  const loop = new Loop({
    rules: [
      { alert: 'Crowded', expr: 'test_crowd > 0.8' },
      { alert: 'PressureHigh', expr: 'test_pressure > 0.8' },
    ],
    responses: [
      ...['one', 'two'].map((action): Response => ({ to: { alert: 'Crowded' }, action, priority: 'slo' })),
      { ...safety, cooldownMs: HOUR_MS },
    ],
    modeOf: action => (action === 'plant.relieve' ? 'act' : 'off'),
    actions: [idle('one'), idle('two'), valve.action],
  })
  for (let i = 0; i < 1100; i++)
    loop.registry
      .level(crowd)
      .with({ 'homeostat.cache.name': `c${i}` })
      .set(1)
  await loop.run(10_000, () => 0.1)

  await loop.run(MINUTE_MS, () => 1)

  expect(valve.runs).toBe(1)
  expect(valve.open).toBe(0)
})

test('a state of another version of Homeostat never stops the loop', async () => {
  const probe = new Loop({ actions: [relieve(async () => receipt)] })
  await probe.run(15_000, () => 1)
  const [[key, whole]] = Object.entries(probe.optimizer.histories.save()) as [[string, object]]

  for (const broken of [{ standing: undefined }, { decided: {} }, { arms: { block: ['neither'] } }, { acts: [1] }]) {
    const loop = new Loop({ actions: [relieve(async () => receipt)] })
    const { acts, ...head } = { ...whole, ...broken } as { acts: unknown[] }
    const lines = [{ ...head, acts: acts.length }, ...acts].map(line => JSON.stringify(line))
    const store = new MemoryStore()
    for (let index = 0; index < 4; index++)
      store.texts.set(`evidence/${index}`, textOf(1, [{ key, savedAt: START, savedBy: '', lines }]))
    const errors: unknown[] = []
    await new StateKeeper({
      sections: [evidenceSection(loop.optimizer.histories)],
      places: { now: () => [store], forget: () => undefined },
      onError: error => void errors.push(error),
      clock: () => START,
    }).start()
    expect(errors).toHaveLength(1)
    await loop.run(40_000, () => 1)
    expect(loop.optimizer.trials.all[0]?.startedAt).toBe(START + 10_000)
    expect(loop.optimizer.evidence()).toHaveLength(1)
  }
})

test('an action that was harmful and is released by a person is judged by new episodes alone', () => {
  const history = new History({ alert: 'A', action: 'a', version: '1', response, intervalMs: 5000, random: () => 0.5 })
  let at = START
  const judge = (arm: 'act' | 'control', after: number): Judgement => {
    at += HOUR_MS
    const outcome = arm === 'act' ? { status: 'completed', receipt } : { status: 'withheld' }
    const samples = { before: [[at, 1]], after: [10, 15].map(seconds => [at + seconds * 1000, after]) }
    return history.judge({ arm, outcome, response, startedAt: at, ...samples } as unknown as JudgedTrial, at)
  }
  for (let i = 0; i < 6; i++)
    for (const arm of ['act', 'control'] as const) judge(arm, (arm === 'act' ? 3 : 1) + i / 100)
  expect(history.statistics?.verdict).toBe('harmful')
  expect(history.standing.quarantine).toBeDefined()

  history.advance({ type: 'reset' }, at)

  expect([1, 2, 3, 4].map(() => history.draw()).filter(arm => arm === 'control')).toHaveLength(2)
  expect(judge('act', 0.5).verdict).toBe('inconclusive')
})

test('a quarantine is not forgotten for the sake of rules that are reloaded without end', () => {
  const histories = new Histories({ intervalMs: 5000, random: () => 0.5 })
  const known = { alert: 'A', action: 'a', version: '1', response }
  histories.of(known).advance({ type: 'unfit', reason: 'it did harm' }, START)

  for (let version = 0; version < 600; version++) histories.of({ ...known, alert: 'B', version: String(version) })

  expect(histories.of(known).standing.quarantine?.reason).toBe('it did harm')
})
