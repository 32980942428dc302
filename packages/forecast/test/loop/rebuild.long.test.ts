import { expect, test } from 'vitest'
import type { Forecaster } from '../../src/forecaster.ts'
import { create } from '../../src/index.ts'
import { counting, DAY, HOUR, MINUTE, ramps, START, TICK, WatchedLoop } from './watched-loop.ts'

const history = function* (): Generator<[ms: number, value: number]> {
  for (let at = START - DAY; at < START; at += MINUTE) yield [at, ramps(at - START + 12 * DAY)!]
}

const alike = (): Forecaster =>
  create({ kind: 'cpu', unit: 'ratio', intervalMs: TICK, thresholds: [0.9], horizonsMs: [15 * MINUTE] })

test('history comes before the live samples, which are not lost while it is fetched', async () => {
  const loop = new WatchedLoop()
  const rebuild = loop.forecasts.rebuild('use')
  const expected = alike()
  for (const [at, value] of history()) {
    rebuild.observe(at, value)
    expected.observe(at, value)
  }
  await loop.run(20 * MINUTE, ramps, ({ now }) => expected.observe(now, ramps(now - START)!))
  const [own] = loop.forecasts.predictions()
  rebuild.finish()

  const [prediction] = loop.forecasts.predictions()
  const { ready, ...same } = expected.prediction(0.9, 15 * MINUTE)
  expect(ready).toBe(true)
  expect(prediction).toMatchObject({ ...same, skill: expected.score(0.9, 15 * MINUTE).skill })
  expect(prediction?.probability).not.toBe(own?.probability)
  expect(loop.forecasts.knownMs('use')).toBe(DAY + 20 * MINUTE - TICK)
})

test('a rebuild that was given up changes nothing, even if it finishes later', async () => {
  const loop = new WatchedLoop()
  await loop.run(20 * MINUTE, ramps)
  const before = JSON.stringify(loop.forecasts.save())
  const rebuild = loop.forecasts.rebuild('use')
  for (const [at, value] of history()) rebuild.observe(at, value)
  rebuild.cancel()
  rebuild.finish()
  expect(JSON.stringify(loop.forecasts.save())).toBe(before)
})

test('without any history it has what it saw itself since then', async () => {
  const loop = new WatchedLoop()
  const rebuild = loop.forecasts.rebuild('use')
  await loop.run(20 * MINUTE, ramps)
  rebuild.finish()
  expect(loop.forecasts.knownMs('use')).toBe(20 * MINUTE - TICK)
  expect(loop.forecasts.save()).toHaveProperty('use')
})

test('the time of an action during the fetch is not learned from afterwards', async () => {
  const name = 'queue.rescheduleHeavyTasks'
  const loop = new WatchedLoop({ actions: [counting(name)] })
  await loop.run(8 * HOUR, ramps)
  const rebuild = loop.forecasts.rebuild('use')
  const uncensored = alike()
  await loop.run(2 * HOUR, ramps, ({ now }) => uncensored.observe(now, ramps(now - START)!))
  rebuild.finish()
  expect(loop.optimizer.trials.all.map(({ arm }) => arm)).toContain('act')
  const saved = loop.forecasts.save()['use'] as { state: ReturnType<typeof uncensored.toJSON> }
  const after = alike()
  after.restore(saved.state)
  expect(after.score(0.9, 15 * MINUTE).outcomes).toBeLessThan(uncensored.score(0.9, 15 * MINUTE).outcomes)
})

test('the live samples that are kept meanwhile are bounded', async () => {
  const loop = new WatchedLoop()
  const rebuild = loop.forecasts.rebuild('use')
  await loop.run(5100 * TICK, () => 0.3)
  rebuild.finish()
  expect(loop.forecasts.knownMs('use')).toBe(4999 * TICK)
})
