import { expect, test } from 'vitest'
import type { Receipt } from '../src/index.ts'
import { Loop, relieve, response } from './loop.ts'

const receipt: Receipt = { summary: 'relieved', effects: { plants: 1 } }

test('a response whose guard cannot be read is left out and reported: its action would run unguarded', async () => {
  let runs = 0
  const loop = new Loop({
    responses: [{ ...response, guards: [{ expr: 'sum(((', notWorseThan: 0.1 }] }],
    actions: [relieve(async () => (runs++, receipt))],
  })

  const entries = await loop.run(30_000, () => 0.9)

  expect(runs).toBe(0)
  expect(entries.at(-1)?.refusals).toMatchObject([{ reason: 'no response' }])
  expect(loop.optimizer.rejected.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /^the response to PressureHigh with plant.relieve is left out: its guards\[0\].expr is not valid PromQL/,
    ),
  ])
})

test('an action that fails again and again is left alone, instead of being withheld for ever', async () => {
  const loop = new Loop({
    responses: [{ ...response, cooldownMs: 1000 }],
    budget: { runsPerHourOfAction: 1000, runsPerHour: 1000 },
    actions: [relieve(async () => Promise.reject(new Error('no')))],
  })

  const entries = await loop.run(6 * 3_600_000, () => 0.9)

  expect(entries.flatMap(entry => entry.quarantined)[0]).toMatchObject({ reason: 'its last 5 runs failed' })
})

test('a mode that throws counts as off, and the tick goes on', async () => {
  let runs = 0
  const loop = new Loop({
    modeOf: () => {
      throw new Error('no modes today')
    },
    actions: [relieve(async () => (runs++, receipt))],
  })

  const entries = await loop.run(30_000, () => 0.9)

  expect(runs).toBe(0)
  expect(entries).toHaveLength(7)
})

test('a source of the kill switch that fails counts as tripped', async () => {
  let runs = 0
  const loop = new Loop({ actions: [relieve(async () => (runs++, receipt))] })
  loop.optimizer.killSwitch.add({
    trippedBy: () => {
      throw new Error('unreadable')
    },
  })

  await loop.run(30_000, () => 0.9)

  expect(runs).toBe(0)
  expect(loop.optimizer.killSwitch.state).toEqual({ tripped: true, by: 'a source of the kill switch that failed' })
})

test('a change whose lease is lost is reverted at once, and its trial proves nothing', async () => {
  let isHeld = true
  let undone = 0
  const loop = new Loop({
    actions: [
      relieve(async () => ({
        ...receipt,
        renew: async () => isHeld,
        undo: async () => (undone++, { result: 'restored' as const }),
      })),
    ],
  })
  await loop.run(10_000, () => 0.9)
  isHeld = false

  const entries = await loop.run(25_000, () => 0.9)

  expect(undone).toBe(1)
  expect(entries.flatMap(entry => entry.reverted)).toMatchObject([{ reverted: { because: 'lease lost' } }])
})
