import { expect, test } from 'vitest'
import type { Action, LedgerEntry, OptimizerOptions, Response } from '../src/index.ts'
import type { FleetLease } from '../src/engines.ts'
import { Fleet } from '../src/index.ts'
import { anHour, coordinatorOf } from './coordinator.ts'
import { Loop, START, relieve, response } from './loop.ts'

const HOUR_MS = 3_600_000
const receipt = { summary: 'done', effects: { plants: 1 } }
const rules = [
  { alert: 'PressureAhead', expr: 'test_pressure > 0.5' },
  { alert: 'PressureHigh', expr: 'test_pressure > 0.8' },
]
const ahead: Response = {
  ...response,
  to: { alert: 'PressureAhead' },
  action: 'plant.prepare',
  preventive: true,
  expect: { ...response.expect!, settleMs: 60_000, windowMs: 60_000 },
}

/** What may come is prepared for from the start; what is begins after half a minute. */
const worsens = (elapsed: number): number => (elapsed < 30_000 ? 0.6 : 0.9)

class Preparation {
  isInForce = false
  runs = 0
  readonly lasting: Action = relieve(
    async () => {
      this.isInForce = true
      this.runs++
      return { ...receipt, undo: async () => ((this.isInForce = false), { result: 'restored' as const }) }
    },
    { name: 'plant.prepare' },
  )
}

const once = (name: string, overrides: Partial<Action> = {}): Action =>
  relieve(async () => receipt, { name, ...overrides })

const loopOf = (options: Partial<OptimizerOptions> & Pick<OptimizerOptions, 'actions'>): Loop =>
  new Loop({ rules, responses: [ahead, response], ...options })

const began = (entries: readonly LedgerEntry[], action: string): number | undefined =>
  entries.find(({ started, withheld }) => [...started, ...withheld].some(trial => trial.action === action))?.now

test('a present problem never waits for a predicted one: the preventive trial ends as the other one begins, and proves nothing', async () => {
  const loop = loopOf({ actions: [once('plant.prepare'), once('plant.relieve')] })

  const entries = await loop.run(60_000, worsens)

  const fired = entries.find(({ firings }) => firings.some(({ alert }) => alert === 'PressureHigh'))!
  expect(fired.started).toMatchObject([{ action: 'plant.relieve' }])
  expect(fired.verdicts).toMatchObject([
    {
      action: 'plant.prepare',
      verdict: 'inconclusive',
      reason: 'ended for plant.relieve (PressureHigh is no longer a forecast)',
      judgedAt: fired.now,
    },
  ])
  expect(loop.optimizer.evidence(loop.now)).toContainEqual(
    expect.objectContaining({ action: 'plant.prepare', acts: 0, controls: 0 }),
  )
})

test('a lasting change is reverted first, and the other response waits for that with a refusal', async () => {
  const preparation = new Preparation()
  const inForce: boolean[] = []
  const relief = relieve(async () => (inForce.push(preparation.isInForce), receipt))
  const loop = loopOf({ actions: [preparation.lasting, relief] })

  const entries = await loop.run(30_000, worsens)
  await loop.optimizer.restored()
  entries.push(...(await loop.run(35_000, worsens)))

  const [fired, next] = entries.slice(-2)
  expect(fired!.refusals).toContainEqual(
    expect.objectContaining({ reason: 'conflict', detail: 'plant.prepare is being reverted for it (plant.prepare#1)' }),
  )
  expect(next!.reverted).toMatchObject([{ reverted: { result: 'restored', because: 'preempted' } }])
  expect(next!.started).toMatchObject([{ action: 'plant.relieve' }])
  expect(inForce).toEqual([false])
})

test('a run is aborted, its end is awaited, and it does not count as a failure of its action', async () => {
  const aborted: unknown[] = []
  const slow = relieve(
    ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => (aborted.push(signal.reason), reject(signal.reason as Error)))
      }),
    { name: 'plant.prepare' },
  )
  const loop = loopOf({ actions: [slow, once('plant.relieve')] })
  loop.pressure.set(0.6)
  loop.optimizer.tick(loop.now)
  loop.pressure.set(0.9)
  const waiting = loop.optimizer.tick((loop.now += 5000))
  const { entry } = await loop.optimizer
    .tickAndWait((loop.now += 5000))
    .then(async first => (first.entry.started.length > 0 ? first : loop.optimizer.tickAndWait((loop.now += 5000))))

  expect(waiting.refusals).toContainEqual(
    expect.objectContaining({ reason: 'conflict', detail: 'plant.prepare is being ended for it (plant.prepare#1)' }),
  )
  expect(aborted).toEqual([new Error('ended for plant.relieve (PressureHigh is no longer a forecast)')])
  expect(entry.started).toMatchObject([{ action: 'plant.relieve' }])
  expect(loop.optimizer.trials.get('plant.prepare#1')).toMatchObject({ state: 'judged', verdict: 'inconclusive' })
})

test('a control that begins ends the preventive trial too, because a control means that nothing runs', async () => {
  // The first block of arms begins with a control.
  const loop = loopOf({ actions: [once('plant.prepare'), once('plant.relieve')], random: () => 0.45 })

  const entries = await loop.run(60_000, worsens)

  expect(loop.optimizer.trials.get('plant.relieve#2')).toMatchObject({ arm: 'control' })
  expect(
    entries.find(({ withheld }) => withheld.some(({ action }) => action === 'plant.relieve'))?.verdicts,
  ).toMatchObject([{ id: 'plant.prepare#1', arm: 'control', verdict: 'inconclusive' }])
})

test('within one tick the response to a present problem wins, however urgent the preventive one seems', async () => {
  const responses: Response[] = [
    { ...ahead, priority: 'safety' },
    { ...response, priority: 'efficiency' },
  ]
  const loop = loopOf({ responses, actions: [once('plant.prepare', { risk: 0 }), once('plant.relieve', { risk: 3 })] })

  const [first] = await loop.run(0, () => 0.9)

  expect(first!.started).toMatchObject([{ action: 'plant.relieve' }])
  expect(first!.refusals).toMatchObject([{ firing: { alert: 'PressureAhead' }, reason: 'conflict' }])
})

test('nothing is ended for what may not run anyway', async () => {
  const preparation = new Preparation()
  const unready: Action = { ...once('plant.relieve'), unready: () => 'there is no plant' }
  const loop = loopOf({ actions: [preparation.lasting, unready] })

  const entries = await loop.run(60_000, worsens)

  expect(entries.at(-1)!.refusals).toContainEqual(expect.objectContaining({ reason: 'prerequisites' }))
  expect(preparation.isInForce).toBe(true)
})

test('a predicted problem does not block a response to a present one', async () => {
  const apart = { ...once('plant.prepare', { touches: ['memory'], lowers: ['memory'] }) }
  const raising = once('plant.relieve', { touches: ['plant'], raises: ['memory'], lowers: ['plant'] })
  const forecastOnly = loopOf({ actions: [apart, raising] })
  expect(began(await forecastOnly.run(60_000, worsens), 'plant.relieve')).toBeDefined()

  // The other way round it does.
  const prepares = once('plant.prepare', { touches: ['cache'], raises: ['plant'] })
  const both = loopOf({ actions: [prepares, once('plant.relieve')] })
  const entries = await both.run(0, () => 0.9)
  expect(entries[0]!.refusals).toMatchObject([
    { reason: 'conflict', detail: 'it raises plant, which has to fall for PressureHigh' },
  ])
})

test('a verdict from before a trial yielded stays valid', async () => {
  const preparation = new Preparation()
  const responses: Response[] = [{ ...ahead, expect: response.expect! }, response]
  const loop = loopOf({ responses, actions: [preparation.lasting, once('plant.relieve')] })
  const calm = (elapsed: number): number =>
    elapsed % HOUR_MS < HOUR_MS / 2 ? (preparation.isInForce ? 0.55 : 0.79) : 0.2
  while (loop.optimizer.trials.open[0]?.state !== 'kept' && loop.now < START + 20 * HOUR_MS)
    await loop.run(loop.now - START, calm)
  const { id } = loop.optimizer.trials.open[0]!

  await loop.run(loop.now - START, () => 0.9)
  await loop.optimizer.restored()

  expect(loop.optimizer.trials.get(id)).toMatchObject({
    verdict: 'effective',
    reverted: { because: 'preempted', result: 'restored' },
  })
})

test('a trial that waits for its lease yields too, and releases the lease', async () => {
  const granted = Promise.withResolvers<FleetLease>()
  let released = 0
  const coordinator = coordinatorOf({ acquire: () => granted.promise, release: async () => (released++, true) })
  await using fleet = new Fleet({ coordinator, member: 'one' })
  await fleet.beat()
  const loop = loopOf({ fleet, actions: [once('plant.prepare', { scope: 'shared' }), once('plant.relieve')] })
  loop.pressure.set(0.6)
  loop.optimizer.tick(loop.now)
  loop.pressure.set(0.9)
  const entry = loop.optimizer.tick((loop.now += 5000))
  granted.resolve(anHour())
  const after = await loop.optimizer.tickAndWait((loop.now += 5000))
  const told = [after.entry, loop.optimizer.tick((loop.now += 5000))].flatMap(({ refusals }) => refusals)

  expect(entry.started).toMatchObject([{ action: 'plant.relieve' }])
  expect(told).toContainEqual(
    expect.objectContaining({ reason: 'lease', detail: 'plant.relieve on the same resource goes first' }),
  )
  expect(released).toBe(1)
})

test('while what is waits for its lease, what was prepared goes on', async () => {
  const granted = Promise.withResolvers<FleetLease>()
  await using fleet = new Fleet({ coordinator: coordinatorOf({ acquire: () => granted.promise }), member: 'one' })
  await fleet.beat()
  const loop = loopOf({ fleet, actions: [once('plant.prepare'), once('plant.relieve', { scope: 'shared' })] })
  loop.pressure.set(0.6)
  await loop.optimizer.tickAndWait(loop.now)
  loop.pressure.set(0.9)
  for (let tick = 0; tick < 3; tick++) loop.optimizer.tick((loop.now += 5000))
  expect(loop.optimizer.trials.open).toMatchObject([{ action: 'plant.prepare' }])

  granted.resolve(anHour())
  await loop.optimizer.tickAndWait((loop.now += 5000))

  expect(loop.optimizer.trials.open).toMatchObject([{ action: 'plant.relieve' }])
})

test('the budget that prevention has used does not block a response to a present problem', async () => {
  const stalling: Action = relieve(async () => ({ ...receipt, blockedMs: 500 }), { name: 'plant.prepare' })
  const budget = { runsPerHour: 1, concurrentRuns: 1, blockedMsPerMinute: 50 }
  const loop = loopOf({ actions: [stalling, once('plant.relieve')], budget })

  const entries = await loop.run(60_000, worsens)

  expect(began(entries, 'plant.prepare')).toBeDefined()
  const fired = entries.find(({ firings }) => firings.some(({ alert }) => alert === 'PressureHigh'))!
  expect(began(entries, 'plant.relieve')).toBe(fired.now)
})
