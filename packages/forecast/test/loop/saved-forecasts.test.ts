import { expect, test } from 'vitest'
import { HOUR, MINUTE, ramps, START, use, WatchedLoop } from './watched-loop.ts'

const roundTrip = (saved: unknown): Record<string, unknown> =>
  JSON.parse(JSON.stringify(saved)) as Record<string, unknown>

async function learned(durationMs = 5 * HOUR): Promise<WatchedLoop> {
  const loop = new WatchedLoop()
  await loop.run(durationMs, ramps)
  return loop
}

test('a process that goes on from a saved state forecasts what the one before would have, to the last digit', async () => {
  const before = await learned()
  const after = new WatchedLoop({ from: before.now })
  after.forecasts.restore(roundTrip(before.forecasts.save()))
  expect(after.forecasts.knownMs('use')).toBe(before.forecasts.knownMs('use'))

  for (const loop of [before, after]) await loop.run(HOUR, ramps)
  expect(after.forecasts.predictions()).toEqual(before.forecasts.predictions())
  expect(after.forecasts.predictions()).toHaveLength(1)
  expect(roundTrip(after.forecasts.save())).toEqual(roundTrip(before.forecasts.save()))
  expect(after.faults()).toEqual([])
})

test('a saved target that is damaged or has another expression is one fault, and begins anew', async () => {
  const before = await learned(HOUR)
  const { use: saved } = roundTrip(before.forecasts.save()) as { use: { state: Record<string, unknown> } }
  const wrong: unknown[] = [
    { ...saved, expr: 'test_other' },
    { ...saved, knownMs: 'once' },
    { ...saved, state: { ...saved.state, history: undefined } },
    { ...saved, state: { ...saved.state, targets: [{ threshold: 0.9 }] } },
    null,
    'use',
  ]
  for (const use of wrong) {
    const after = new WatchedLoop({ from: before.now })
    after.forecasts.restore({ use, unknown: saved })
    expect(after.faults()).toEqual([
      { value: 1, 'homeostat.component': 'signal', 'error.type': 'HOMEOSTAT_FORECAST_STATE' },
    ])
    await after.run(5 * MINUTE, ramps)
    expect(after.forecasts.predictions()).toEqual([])
    expect(after.forecasts.knownMs('use')).toBeLessThan(5 * MINUTE)
  }
})

test.each([null, undefined, 'text', [1], 7])('%j is not a valid state, and breaks nothing', saved => {
  const loop = new WatchedLoop()
  loop.forecasts.restore(saved as never)
  expect(loop.forecasts.save()).toEqual({})
  expect(loop.faults()).toEqual([])
})

test('a target that has observed for longer than the saved state keeps its own', async () => {
  const saved = await learned(HOUR)
  const [young, old] = [new WatchedLoop({ from: START + HOUR }), new WatchedLoop({ from: START + HOUR })]
  await young.run(50 * MINUTE, ramps)
  await old.run(70 * MINUTE, ramps)
  for (const { forecasts } of [young, old]) forecasts.restore(roundTrip(saved.forecasts.save()))
  expect(young.forecasts.knownMs('use')).toBeGreaterThan(55 * MINUTE)
  expect(young.forecasts.predictions()).toEqual(saved.forecasts.predictions())
  expect(old.forecasts.predictions()).not.toEqual(saved.forecasts.predictions())
})

test('a name that every object inherits does not count as saved', async () => {
  const loop = new WatchedLoop({ targets: [{ ...use, name: 'constructor' }], from: START })
  loop.forecasts.restore({})
  expect(loop.faults()).toEqual([])
})
