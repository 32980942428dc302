import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { looks } from '../../src/looks/looks.ts'
import { normalBelow, upperZ } from '../../src/ranks/normal.ts'
import { rankSumP, shift } from '../../src/ranks/rank-sum.ts'
import { pseudomedian, signedRankP } from '../../src/ranks/signed-rank.ts'

/** All subsets of `size` of the values, as in the definition of the test. */
function byDefinition(low: readonly number[], high: readonly number[]): number {
  const all = [...low, ...high]
  const rank = (value: number): number =>
    all.filter(other => other < value).length + all.filter(other => other === value).length / 2
  const ranks = all.map(rank)
  const observed = ranks.slice(0, low.length).reduce((sum, one) => sum + one, 0)
  let [extreme, subsets] = [0, 0]
  for (let mask = 0; mask < 1 << all.length; mask++) {
    const chosen = ranks.filter((_, index) => (mask >> index) & 1)
    if (chosen.length !== low.length) continue
    subsets++
    if (chosen.reduce((sum, one) => sum + one, 0) <= observed + 1e-9) extreme++
  }
  return extreme / subsets
}

describe('the rank sum test', () => {
  test('is exact, ties and infinite values included', () => {
    const value = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constant(Infinity))
    const side = fc.array(value, { minLength: 5, maxLength: 5 })
    fc.assert(
      fc.property(side, side, (low, high) => {
        expect(rankSumP(low, high)).toBeCloseTo(byDefinition(low, high), 9)
      }),
      { numRuns: 40 },
    )
  })

  test('agrees with the printed tables: 6 against 6', () => {
    const low = [1, 2, 3, 4, 5, 6]
    expect(rankSumP(low, [7, 8, 9, 10, 11, 12])).toBeCloseTo(1 / 924, 12)
    expect(rankSumP([1, 2, 3, 4, 5, 8], [6, 7, 9, 10, 11, 12])).toBeCloseTo(4 / 924, 12)
  })

  test('goes over into the normal approximation without a step to the unsafe side', () => {
    const p = (size: number): number => {
      const low = Array.from({ length: size }, (_, index) => index)
      return rankSumP(
        low,
        low.map(value => value + 5.5),
      )
    }
    expect(p(24)).toBeGreaterThan(0.001)
    // 25 per side is the first that is approximated; 23 and 24 show where it should lie.
    const stepped = p(25) / (p(24) ** 2 / p(23))
    expect(stepped).toBeGreaterThan(0.98)
    expect(stepped).toBeLessThan(1.15)
  })

  test('and its interval agree when nothing is tied', () => {
    const side = fc.uniqueArray(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 12, maxLength: 12 })
    fc.assert(
      fc.property(side, side, (left, right) => {
        fc.pre(new Set([...left, ...right]).size === 24)
        const { low, middle, high } = shift(left, right, 0.008)
        expect(low).toBeLessThanOrEqual(middle)
        expect(middle).toBeLessThanOrEqual(high)
        expect(high < 0).toBe(rankSumP(left, right) <= 0.008)
        expect(low > 0).toBe(rankSumP(right, left) <= 0.008)
      }),
    )
  })
})

describe('the signed rank test', () => {
  test('is exact, ties included', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 6, maxLength: 8 }), differences => {
        const { low, middle, high } = pseudomedian(differences, 0.025)
        const [pLow, pHigh] = [signedRankP(differences), signedRankP(differences.map(one => -one))]
        const moved = differences.filter(one => one !== 0)
        const rank = (value: number): number =>
          moved.filter(one => Math.abs(one) < Math.abs(value)).length +
          (moved.filter(one => Math.abs(one) === Math.abs(value)).length + 1) / 2
        const ranks = moved.map(rank)
        const sum = ranks.reduce((total, one, index) => (moved[index]! > 0 ? total + one : total), 0)
        const sums = Array.from({ length: 1 << moved.length }, (_, mask) =>
          ranks.reduce((total, one, index) => ((mask >> index) & 1 ? total + one : total), 0),
        )
        expect(pLow).toBeCloseTo(sums.filter(one => one <= sum).length / sums.length, 9)
        expect(pHigh).toBeCloseTo(sums.filter(one => one >= sum).length / sums.length, 9)
        expect(low <= middle && middle <= high).toBe(true)
      }),
    )
  })
})

test('the looks share what a generation may spend, and 0.025 an end for their intervals', () => {
  expect([...looks.keys()]).toEqual([6, 12, 24, 48])
  const sum = (part: 'better' | 'worse' | 'interval'): number =>
    [...looks.values()].reduce((total, level) => total + level[part], 0)
  expect(sum('better')).toBeCloseTo(1, 12)
  expect(sum('worse')).toBeCloseTo(1, 12)
  expect(sum('interval')).toBeCloseTo(0.025, 12)
})

test('normal probabilities and their inverse agree', () => {
  expect(normalBelow(-1.959964)).toBeCloseTo(0.025, 6)
  expect(Math.abs(upperZ(0.025) - 1.959964)).toBeLessThan(4.5e-4)
})
