import { createNoise, createRandom, gaussian } from '@homeostat/signals/random'
import { expect, test } from 'vitest'
import { blockNoise, pairsToFind } from '../../src/designs/switchback-size.ts'
import { judgeSwitchback, planSwitchback } from '../../src/designs/switchback.ts'
import type { Sample } from '../../src/episode.ts'

const BLOCK_MS = 60_000

/** The share of switchbacks of so many pairs that are judged effective, with blocks that vary by `noise`. */
function effectiveShare(pairs: number, effect: number, noise: number): number {
  const random = createRandom(5)
  const said = Array.from({ length: 300 }, () => {
    const plan = planSwitchback({ startAt: 0, blocks: 2 * pairs, blockMs: BLOCK_MS }, random)
    const samples = plan.flatMap(({ arm, from }): Sample[] => {
      const value = Math.exp((noise / Math.SQRT2) * gaussian(random)) * (arm === 'act' ? 1 + effect : 1)
      return Array.from({ length: 4 }, (_, index) => [from + index * 15_000, value])
    })
    return judgeSwitchback({ plan, samples, direction: 'down', worth: 0.02 }).verdict
  })
  return said.filter(verdict => verdict === 'effective').length / said.length
}

test.each([
  [-0.2, 0.1],
  [-0.1, 0.1],
  [-0.1, 0.2],
])('the pairs for an effect of %f under a noise of %f find it in eight of ten switchbacks', (effect, noise) => {
  const pairs = pairsToFind({ effect, noise }, createRandom(1))!
  expect(effectiveShare(pairs, effect, noise)).toBeGreaterThan(0.7)
  if (pairs > 8) expect(effectiveShare(Math.ceil(pairs * 0.6), effect, noise)).toBeLessThan(0.75)
})

test('more noise, less effect and more power take more pairs', () => {
  const pairs = (size: Parameters<typeof pairsToFind>[0]): number => pairsToFind(size, createRandom(1))!
  expect(pairs({ effect: -0.5, noise: 0.01 })).toBe(6)
  expect(pairs({ effect: -0.1, noise: 0.2 })).toBeGreaterThan(pairs({ effect: -0.1, noise: 0.1 }))
  expect(pairs({ effect: -0.05, noise: 0.1 })).toBeGreaterThan(pairs({ effect: -0.1, noise: 0.1 }))
  expect(pairs({ effect: -0.1, noise: 0.1, power: 0.95 })).toBeGreaterThan(pairs({ effect: -0.1, noise: 0.1 }))
})

test('what no switchback can find has no number of pairs', () => {
  expect(pairsToFind({ effect: -0.001, noise: 1 }, createRandom(1))).toBeUndefined()
  for (const size of [
    { effect: 0, noise: 0.1 },
    { effect: -0.1, noise: NaN },
    { effect: -0.1, noise: 0.1, power: 1 },
  ])
    expect(pairsToFind(size, createRandom(1))).toBeUndefined()
})

test('the noise of blocks is that of their medians, less what is not measured of each', () => {
  const noise = createNoise(createRandom(3), 0)
  const samples = Array.from({ length: 100 * 12 }, (_, index): Sample => {
    // The first 20 s of each block would make it look three times as large.
    const isSettling = index % 12 < 4
    return [index * 5000, isSettling ? 50 : 10 * Math.exp(0.1 * noise())]
  })
  const measured = blockNoise(samples, { blockMs: BLOCK_MS, carryOverMs: 20_000 })!
  // The median of eight normal values has a deviation of about 1.2 / sqrt(8), the difference of two of them sqrt(2) times that.
  expect(measured).toBeGreaterThan(0.04)
  expect(measured).toBeLessThan(0.08)
})

test('a few blocks, gaps and zeros alone say nothing about noise', () => {
  const of = (values: readonly number[]): number | undefined =>
    blockNoise(
      values.map((value, index): Sample => [index * BLOCK_MS, value]),
      { blockMs: BLOCK_MS },
    )
  expect(of([1, 2, 1, 2, 1])).toBeUndefined()
  expect(of([0, 0, 0, 0, 0, 0, 0, 0])).toBeUndefined()
  expect(of([])).toBeUndefined()
  expect(of([1, 2, 1, 2, 1, 2])).toBeCloseTo(Math.log(2))
})
