import { attributes as a, metrics } from '@homeostat/semconv'
import { expect, test } from 'vitest'
import { HOUR, MINUTE, ramps, TICK, use, WatchedLoop } from './watched-loop.ts'

const LEVELS = [
  metrics.forecastProbability,
  metrics.forecastConfidence,
  metrics.forecastBrierScore,
  metrics.forecastBaseRate,
  metrics.forecastSkill,
  metrics.forecastOutcomes,
  metrics.forecastCrossings,
].map(({ name }) => name)
const BINS = [
  metrics.forecastReliabilityForecasts,
  metrics.forecastReliabilityProbability,
  metrics.forecastReliabilityFrequency,
].map(({ name }) => name)

test('each target and horizon has its gauges, and bins where there were forecasts', async () => {
  const loop = new WatchedLoop({ targets: [{ ...use, within: ['5m', '15m'] }] })
  await loop.run(3 * HOUR, ramps)
  const { metrics: collected } = loop.collect()

  expect(collected.map(({ descriptor }) => descriptor.name).toSorted()).toEqual([...LEVELS, ...BINS].toSorted())
  for (const { descriptor, dataPoints } of collected) {
    const isBinned = BINS.includes(descriptor.name)
    const horizons = new Set(dataPoints.map(({ attributes }) => attributes[a.forecastHorizon]))
    expect([...horizons]).toEqual(['5m', '15m'])
    for (const { attributes } of dataPoints)
      expect(attributes).toEqual({
        [a.forecastResource]: 'cpu',
        [a.forecastTarget]: 'use',
        [a.forecastHorizon]: expect.any(String) as string,
        ...(isBinned && { [a.forecastBin]: expect.stringMatching(/^0\.\d$/) as string }),
      })
    if (!isBinned) expect(dataPoints).toHaveLength(2)
  }
  const points = collected.find(({ descriptor }) => descriptor.name === metrics.forecastReliabilityForecasts.name)!
  const counts = points.dataPoints.map(({ value }) => value as number)
  expect(Math.min(...counts)).toBeGreaterThan(0)
  expect(counts.length).toBeLessThan(20)
})

test('switched off it publishes and predicts nothing, also when it is ended afterwards', async () => {
  const loop = new WatchedLoop()
  await loop.run(3 * HOUR, ramps)
  loop.domain.instrumentation.disable()
  await loop.run(5 * TICK, ramps)
  expect(loop.collect().metrics).toEqual([])
  expect(loop.forecasts.predictions()).toEqual([])
  loop.following[Symbol.dispose]()
  expect(loop.collect().metrics).toEqual([])

  loop.domain.instrumentation.enable()
  expect(loop.collect().metrics).toEqual([])
})

test('when the loop is not followed any more, nothing is published', async () => {
  const loop = new WatchedLoop()
  await loop.run(HOUR, ramps)
  loop.following[Symbol.dispose]()
  await loop.run(MINUTE, ramps)
  expect(loop.collect().metrics).toEqual([])
})

test('a moment that was evaluated already changes nothing', async () => {
  const loop = new WatchedLoop()
  await loop.run(HOUR, ramps)
  const before = JSON.stringify(loop.forecasts.save())
  loop.forecasts.observe(loop.now - TICK)
  expect(JSON.stringify(loop.forecasts.save())).toBe(before)
})
