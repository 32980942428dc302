import { createRandom } from '@homeostat/signals/random'
import { expect, it } from 'vitest'
import { RatioSums } from '../../src/costs/ratio-sums.ts'

it('the ratio is that of the sums, and its error is that of repeated samples', () => {
  const random = createRandom(3)
  const found: number[] = []
  const errors: number[] = []
  for (let sample = 0; sample < 2000; sample++) {
    const sums = new RatioSums()
    for (let pair = 0; pair < 40; pair++) {
      const base = 50 + 100 * random()
      sums.add(base * 0.3 + 20 * (random() - 0.5), base)
    }
    found.push(sums.ratio)
    errors.push(sums.standardError)
  }
  const mean = found.reduce((sum, ratio) => sum + ratio, 0) / found.length
  const deviation = Math.sqrt(found.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / found.length)
  expect(mean).toBeCloseTo(0.3, 3)
  expect(errors.reduce((sum, error) => sum + error, 0) / errors.length / deviation).toBeCloseTo(1, 1)
})

it('pairs that fade count less; without a base there is no ratio', () => {
  const sums = new RatioSums()
  expect([sums.ratio, sums.standardError]).toEqual([Number.NaN, Number.POSITIVE_INFINITY])
  sums.add(10, 100)
  sums.fade(0.5)
  sums.add(30, 100)
  expect(sums.ratio).toBeCloseTo((5 + 30) / (50 + 100))
})
