import type { LedgerEntry } from '@homeostat/optimizer'
import { metrics } from '@homeostat/semconv'
import { expect, test } from 'vitest'
import { counting, HOUR, MINUTE, ramps, REACHED, reasons, START, WatchedLoop } from './watched-loop.ts'

/** The alerts whose condition holds at a tick, and not merely held. */
const holding = ({ firings }: LedgerEntry): string[] =>
  firings.filter(({ keptSince }) => keptSince === undefined).map(({ alert }) => alert)

test('a ramp every two hours is predicted minutes before it reaches the limit, and reported as possible before that', async () => {
  const loop = new WatchedLoop()
  await loop.run(20 * HOUR, ramps)
  const cycle = START + 20 * HOUR
  const first = new Map<string, number>()
  const together: number[] = []
  await loop.run(2 * HOUR, ramps, entry => {
    const alerts = holding(entry)
    for (const alert of alerts) if (!first.has(alert)) first.set(alert, entry.now - cycle)
    if (alerts.length > 1) together.push(entry.now)
  })

  expect(first.get('CpuBottleneckAhead')).toBeLessThan(REACHED - 5 * MINUTE)
  // It is no alarm that is always on.
  expect(first.get('CpuBottleneckAhead')).toBeGreaterThan(55 * MINUTE)
  expect(first.get('BottleneckPossible')).toBeLessThan(first.get('CpuBottleneckAhead')!)
  expect(together).toEqual([])
  expect(loop.optimizer.rules.rejected).toEqual([])
  expect(loop.faults()).toEqual([])
})

test('a bottleneck that becomes less probable is not reported as possible while it is still reported as ahead', async () => {
  const loop = new WatchedLoop()
  const probability = loop.domain.instrumentation.registry.level(metrics.forecastProbability)
  // As a forecaster would publish it: the targets are silent in the first ten minutes.
  const level = probability.with({
    'homeostat.forecast.resource': 'cpu',
    'homeostat.forecast.target': 'other',
    'homeostat.forecast.horizon': '15m',
  })
  const told: string[][] = []
  const publish = async (value: number, minutes: number): Promise<void> => {
    level.set(value)
    await loop.run(
      minutes * MINUTE,
      () => 0.3,
      entry => void told.push(entry.firings.map(({ alert }) => alert)),
    )
  }
  await publish(0.8, 3)
  await publish(0.45, 5)
  expect(told.at(0)).toEqual(['CpuBottleneckAhead'])
  expect(told.filter(alerts => alerts.includes('BottleneckPossible'))).toEqual([])
  await publish(0.45, 3)
  expect(told.at(-1)).toContain('BottleneckPossible')
})

test('nothing is published in the first ten minutes, not even after the limit was reached, and then it is', async () => {
  const loop = new WatchedLoop()
  await loop.run(10 * MINUTE, elapsedMs => (elapsedMs > 4 * MINUTE && elapsedMs < 6 * MINUTE ? 0.95 : 0.3))
  expect(loop.collect().metrics).toEqual([])
  expect(loop.forecasts.predictions()).toEqual([])

  await loop.run(MINUTE, () => 0.3)
  expect(loop.value(metrics.forecastProbability)).toBeGreaterThan(0)
  expect(loop.value(metrics.forecastCrossings)).toBeGreaterThan(0)
  expect(loop.forecasts.predictions()).toMatchObject([
    { target: 'use', type: 'cpu_bottleneck', horizonMs: 15 * MINUTE },
  ])
})

test('without input nothing is forecast and no action starts, while the alert is still reported', async () => {
  const action = counting('queue.rescheduleHeavyTasks', { unready: () => 'not yet' })
  const loop = new WatchedLoop({ actions: [action] })
  await loop.run(12 * HOUR + REACHED, ramps)
  expect(loop.value(metrics.forecastProbability)).toBeGreaterThan(0.7)

  const told: string[][] = []
  await loop.run(
    2 * MINUTE,
    () => undefined,
    ({ refusals }) => void told.push(reasons(refusals)),
  )
  expect(loop.value(metrics.forecastProbability)).toBeUndefined()
  expect(loop.forecasts.predictions()).toEqual([])
  expect(told.at(-1)).toContain('queue.rescheduleHeavyTasks missing data')
  expect(action.runs).toBe(0)
  // It keeps its learning.
  expect(loop.value(metrics.forecastSkill)).toBeGreaterThan(0)
})

test('an expression that cannot be evaluated any more is forecast no more, and the others go on', async () => {
  const broken = { name: 'broken', resource: 'memory', expr: 'test_use * on () test_pair', above: 0.9 } as const
  const loop = new WatchedLoop({ targets: [broken, { ...broken, name: 'whole', expr: 'test_use' }] })
  const pair = loop.plant.level({
    ...metrics.memoryUtilization,
    name: 'test.pair',
    attributes: ['homeostat.memory.area'],
  })
  pair.with({ 'homeostat.memory.area': 'one' }).set(1)
  await loop.run(15 * MINUTE, () => 0.3)
  expect(loop.forecasts.predictions().map(({ target }) => target)).toEqual(expect.arrayContaining(['broken', 'whole']))

  pair.with({ 'homeostat.memory.area': 'two' }).set(1)
  await loop.run(MINUTE, () => 0.3)
  expect(loop.forecasts.predictions().map(({ target }) => target)).toEqual(['whole'])
  expect(loop.faults()).toHaveLength(1)
})
