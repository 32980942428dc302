import { createRandom } from '@homeostat/signals/random'
import { expect, test } from 'vitest'
import { late, repeated } from '../src/verdicts/handed-in.ts'
import { simulateHistory } from '../src/verdicts/history.ts'
import { createConstant } from '../src/verdicts/plants/constant.ts'
import { mixtureOfSamples, times, withEffect } from '../src/verdicts/plants/effect.ts'
import { drifting, growing } from '../src/verdicts/plants/growth.ts'
import { HOURLY, withJob } from '../src/verdicts/plants/job.ts'
import { createLabelSets } from '../src/verdicts/plants/label-sets.ts'
import { counted, rounded, withZeros } from '../src/verdicts/plants/measured-as.ts'
import type { CreatePlant } from '../src/verdicts/plants/plant.ts'
import { createSignal } from '../src/verdicts/plants/signal.ts'

const HUNDRED = createConstant(100)
const MINUTE_MS = 60_000

function valuesOf(create: CreatePlant, steps: number, acted = false): number[] {
  const plant = create(createRandom(1))
  if (acted) plant.act?.()
  return Array.from({ length: steps }, () => plant.next(acted))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

test('counts have the mean and the variance of a Poisson process', () => {
  const counts = valuesOf(counted(HUNDRED, 0.1), 20_000)
  expect(mean(counts)).toBeCloseTo(10, 0)
  expect(mean(counts.map(count => (count - 10) ** 2))).toBeCloseTo(10, 0)
  expect(counts.every(Number.isInteger)).toBe(true)
})

test('a metric with zeros is mostly zero, and a rounded one has ties', () => {
  const zeros = valuesOf(withZeros(HUNDRED, { off: 12, on: 6 }), 20_000).filter(value => value === 0)
  expect(zeros.length / 20_000).toBeCloseTo(2 / 3, 1)
  expect(new Set(valuesOf(rounded(createSignal({ rho: 0.8, sigma: 0.1 }), 20), 200)).size).toBeLessThan(10)
})

test('a load that grows or drifts does so with the time', () => {
  const grown = valuesOf(growing(HUNDRED, 0.1), 721)
  expect([grown[0], grown[360], grown[720]].map(value => Math.round(value!))).toEqual([100, 110, 120])
  const day = valuesOf(drifting(HUNDRED, 0.2), 8640)
  expect([Math.min(...day), Math.max(...day)].map(Math.round)).toEqual([80, 120])
})

test('in each window of a mixture exactly so many samples are worse', () => {
  const values = valuesOf(withEffect(HUNDRED, mixtureOfSamples(0.7, 20, 12, 5)), 24, true)
  for (const window of [values.slice(0, 12), values.slice(12)])
    expect(window.filter(value => value === 2000)).toHaveLength(5)
  expect(valuesOf(withEffect(HUNDRED, times(0.8)), 1, true)).toEqual([80])
})

test('an hourly job fires again after minutes when it is left alone, and at the next hour when it is cured', () => {
  const recorded = simulateHistory(
    { phases: [{ plant: withJob(HUNDRED, { ...HOURLY, cure: 0.8 }), arms: 'undecided', perArm: 24 }], threshold: 130 },
    createRandom(2),
  )
  const after = (arm: string): number[] =>
    recorded
      .slice(0, -1)
      .flatMap((one, index) =>
        one.arm === arm ? [(recorded[index + 1]!.episode.at - one.episode.at) / MINUTE_MS] : [],
      )
  expect(Math.min(...after('control'))).toBeCloseTo(10, 0)
  expect(Math.min(...after('act'))).toBeGreaterThan(35)
  expect(Math.max(...after('act'))).toBeLessThan(62)
})

test('label sets fire together, and each has an arm of its own', () => {
  const load = createSignal({ rho: 0.8, sigma: 0.1 })
  const plant = createLabelSets(load, { count: 3, own: 0.05, factor: 0.5 })
  const recorded = simulateHistory(
    { phases: [{ plant, arms: 'undecided', perArm: 12 }], threshold: 110 },
    createRandom(3),
  )
  const times = Map.groupBy(recorded, ({ episode }) => episode.at)
  expect([...times.values()].every(together => together.length === 3)).toBe(true)
  expect([...times.values()].some(together => new Set(together.map(({ arm }) => arm)).size === 2)).toBe(true)
  const level = (arm: string): number =>
    mean(recorded.filter(one => one.arm === arm).flatMap(({ episode }) => episode.after.map(([, value]) => value)))
  expect(level('act') / level('control')).toBeCloseTo(0.5, 1)
})

test('episodes are handed in as equal copies, or out of order', () => {
  const options = { phases: [{ plant: createSignal({ rho: 0.8, sigma: 0.1 }), arms: 'undecided', perArm: 6 }] } as const
  const once = simulateHistory({ ...options, threshold: 110 }, createRandom(4))
  const twice = simulateHistory({ ...options, threshold: 110, handedIn: repeated(2) }, createRandom(4))
  expect(twice).toHaveLength(2 * once.length)
  expect(twice[1]).toEqual(twice[0])
  expect(twice[1]).not.toBe(twice[0])
  const shuffled = simulateHistory({ ...options, threshold: 110, handedIn: late(6) }, createRandom(4))
  expect(shuffled).not.toEqual(once)
  expect(shuffled.toSorted((a, b) => a.episode.at - b.episode.at)).toEqual(once)
})
