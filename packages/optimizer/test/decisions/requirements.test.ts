import { expect, test } from 'vitest'
import type { LevelSeries } from '@homeostat/signals'
import type { LedgerEntry, Receipt, Response } from '../../src/index.ts'
import type { FleetLease } from '../../src/engines.ts'
import { Fleet } from '../../src/index.ts'
import { anHour, coordinatorOf } from '../coordinator.ts'
import { Loop, pressure, relieve, response } from '../loop.ts'

const receipt: Receipt = { summary: 'relieved', effects: { plants: 1 } }
const otherwise = 'the gauge is not trusted yet'
const requiring: Response = { ...response, requires: [{ expr: 'test_trust > 0', otherwise }], withhold: false }

/** What the response requires, by plant where one is named. */
const trustOf = (loop: Loop, plant?: string): LevelSeries =>
  loop.registry
    .level({ ...pressure, name: 'test.trust', attributes: ['homeostat.cache.name'] })
    .with(plant === undefined ? {} : { 'homeostat.cache.name': plant })

const startedIn = (entries: readonly LedgerEntry[]): number => entries.flatMap(({ started }) => started).length

test('an action waits for what its response requires, and the refusal names what is missing', async () => {
  const loop = new Loop({ responses: [requiring], actions: [relieve(async () => receipt)] })
  const trust = trustOf(loop)
  trust.set(-1)

  const waiting = await loop.run(30_000, () => 0.9)
  expect(startedIn(waiting)).toBe(0)
  expect(waiting.at(-1)?.refusals).toMatchObject([{ reason: 'prerequisites', detail: otherwise }])

  trust.set(0.1)
  expect(startedIn(await loop.run(40_000, () => 0.9))).toBe(1)
})

test('a requirement without a value does not hold', async () => {
  const loop = new Loop({ responses: [requiring], actions: [relieve(async () => receipt)] })

  const entries = await loop.run(30_000, () => 0.9)

  expect(startedIn(entries)).toBe(0)
  expect(entries.at(-1)?.refusals[0]?.detail).toBe(otherwise)
})

test('a requirement is about the very thing that its alert is about', async () => {
  const loop = new Loop({
    rules: [{ alert: 'PressureHigh', expr: 'test_crowd > 0.8' }],
    responses: [requiring],
    actions: [relieve(async () => receipt)],
  })
  const crowd = loop.registry.level({ ...pressure, name: 'test.crowd', attributes: ['homeostat.cache.name'] })
  crowd.with({ 'homeostat.cache.name': 'east' }).set(1)
  trustOf(loop, 'west').set(1)

  expect(startedIn(await loop.run(10_000, () => 0))).toBe(0)
  trustOf(loop, 'east').set(1)
  expect(startedIn(await loop.run(20_000, () => 0))).toBe(1)
})

test('a response whose requirement cannot be read is left out and reported: its action would always run', async () => {
  const loop = new Loop({
    responses: [{ ...response, requires: [{ expr: 'max(', otherwise }] }],
    actions: [relieve(async () => receipt)],
  })

  expect(startedIn(await loop.run(30_000, () => 0.9))).toBe(0)
  expect(loop.optimizer.rejected.map(({ message }) => message)).toEqual([
    expect.stringMatching(/is left out: its requires\[0\].expr is not valid PromQL/),
  ])
})

test('an action whose requirement ceased to hold during the request for its lease is not run', async () => {
  const granted = Promise.withResolvers<FleetLease>()
  const coordinator = coordinatorOf({ acquire: () => granted.promise })
  await using fleet = new Fleet({ coordinator, member: 'one' })
  await fleet.beat()
  const shared = relieve(async () => receipt, { scope: 'shared' })
  const loop = new Loop({ fleet, responses: [requiring], actions: [shared] })
  const trust = trustOf(loop)
  loop.pressure.set(0.9)
  trust.set(1)
  for (let tick = 0; tick < 3; tick++) loop.optimizer.tick((loop.now += 5000))

  trust.set(-1)
  loop.optimizer.tick((loop.now += 5000))
  granted.resolve(anHour())
  const { entry } = await loop.optimizer.tickAndWait((loop.now += 5000))
  const after = loop.optimizer.tick((loop.now += 5000))

  expect(loop.optimizer.trials.all).toEqual([])
  expect([...entry.refusals, ...after.refusals]).toContainEqual(
    expect.objectContaining({ reason: 'lease', detail: otherwise }),
  )
})
