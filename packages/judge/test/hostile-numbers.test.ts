import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Episode, Sample } from '../src/episode.ts'
import { judge } from '../src/judge.ts'
import { floorOf, logLevel } from '../src/looks/log-change.ts'
import { palliative } from '../src/leaks/palliative.ts'
import { progress } from '../src/progress.ts'
import { midranks } from '../src/ranks/midranks.ts'
import { rankSumP, shift } from '../src/ranks/rank-sum.ts'
import { pseudomedian, signedRankP } from '../src/ranks/signed-rank.ts'
import { judgeSplit } from '../src/designs/split.ts'
import { judgeSwitchback, planSwitchback } from '../src/designs/switchback.ts'
import { trend } from '../src/leaks/trend.ts'

const VERDICTS = ['effective', 'no_effect', 'harmful', 'palliative', 'inconclusive']
const EXTREMES = [0, -0, 1, -1, 5e-324, 1e-310, 1.7e308, -1.7e308, NaN, Infinity, -Infinity]

/** Mostly zeros and ties, now and then a number at the edge of what numbers can be, or none at all. */
const value = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(0, 0, 0, 1, 2) },
  { weight: 2, arbitrary: fc.constantFrom(...EXTREMES) },
  { weight: 1, arbitrary: fc.double() },
)
const time = fc.oneof(
  { weight: 8, arbitrary: fc.nat(10_000_000) },
  { weight: 1, arbitrary: fc.constantFrom(...EXTREMES) },
)
const samples = fc.array(fc.tuple(time, value), { maxLength: 4 })
const episode = fc.record(
  { at: time, before: samples, after: samples, expected: fc.oneof(fc.nat(5), value) },
  { requiredKeys: ['at', 'before', 'after'] },
)
const episodes = fc.array(episode, { maxLength: 60 })
const direction = fc.constantFrom('up' as const, 'down' as const)
const worth = fc.oneof(fc.constant(0.15), fc.double({ min: 5e-324, max: 1, maxExcluded: true, noNaN: true }))

const flat = (values: readonly number[]): Sample[] => values.map((one, index): Sample => [index * 1000, one])

/** Acts and controls in turn, all alike. */
function alike(size: number, before: readonly number[], act: readonly number[], control = act): [Episode[], Episode[]] {
  const build = (offset: number, after: readonly number[]): Episode[] =>
    Array.from({ length: size }, (_, index) => ({
      at: (2 * index + offset) * 60_000,
      before: flat(before),
      after: flat(after),
    }))
  return [build(0, act), build(1, control)]
}

describe('2-14: judge() returns whatever the numbers are', () => {
  test('when most baselines are zero', () => {
    const [acts, controls] = alike(6, [0, 0, 1], [0])
    const { verdict, reason } = judge({ acts, controls, direction: 'down' })
    // Both arms end alike, so an improvement worth having is excluded.
    expect(verdict).toBe('no_effect')
    expect(reason).not.toMatch(/NaN|undefined/)
  })

  test('when a metric is nearly always zero and the action keeps it there', () => {
    const [acts, controls] = alike(24, [0, 0, 3], [0], [2])
    expect(judge({ acts, controls, direction: 'down' }).verdict).toBe('effective')
    expect(judge({ acts, controls, direction: 'up' }).verdict).toBe('harmful')
  })

  test('when the levels are so small that a share of them underflows', () => {
    const [acts, controls] = alike(24, [5e-324], [5e-324], [1e-320])
    expect(judge({ acts, controls, direction: 'down' }).verdict).toBe('effective')
  })

  test('when all values are equal', () => {
    const [acts, controls] = alike(48, [7], [7])
    expect(['no_effect', 'inconclusive']).toContain(judge({ acts, controls, direction: 'down' }).verdict)
  })

  test('over zeros, ties, NaN and infinite values', () => {
    fc.assert(
      fc.property(episodes, episodes, direction, worth, (acts, controls, way, least) => {
        const { verdict, reason } = judge({ acts, controls, direction: way, worth: least })
        expect(VERDICTS).toContain(verdict)
        expect(reason).not.toMatch(/undefined/)
        expect(typeof progress({ acts, controls, direction: way }, 1e9)).toBe('string')
        expect(['none', 'suspected', 'leak']).toContain(palliative({ acts, controls, direction: way }).evidence)
      }),
      { numRuns: 400 },
    )
  })

  test('and so do splits and switchbacks', () => {
    const block = fc.record({ act: samples, control: samples })
    fc.assert(
      fc.property(
        fc.array(block, { maxLength: 30 }),
        fc.option(fc.array(block, { maxLength: 30 }), { nil: undefined }),
        direction,
        worth,
        (blocks, baseline, way, least) => {
          const split = judgeSplit({ blocks, direction: way, worth: least, ...(baseline && { baseline }) })
          expect(VERDICTS).toContain(split.verdict)
          const plan = planSwitchback({ startAt: 0 }, () => 0.4)
          expect(planSwitchback({ startAt: 0, blocks: 1e12 }, () => 0.4)).toHaveLength(1000)
          const all = blocks.flatMap(({ act, control }) => [...act, ...control])
          expect(VERDICTS).toContain(judgeSwitchback({ plan, samples: all, direction: way }).verdict)
        },
      ),
      { numRuns: 400 },
    )
  })
})

describe('the statistics under it', () => {
  const many = fc.array(value, { minLength: 1, maxLength: 40 })

  test('rank every value once, NaN last', () => {
    expect(midranks([NaN, 1, NaN, 0])).toEqual({ doubled: [7, 4, 7, 2], tied: 6 })
    fc.assert(
      fc.property(many, values => {
        const { doubled } = midranks(values)
        const total = doubled.reduce((sum, rank) => sum + rank, 0)
        expect(total).toBe(values.length * (values.length + 1))
      }),
    )
  })

  test('give chances between 0 and 1', () => {
    fc.assert(
      fc.property(many, direction, (values, way) => {
        const turned = way === 'up' ? values : values.toReversed()
        const chances = [rankSumP(values, turned), signedRankP(values), signedRankP(values.map(one => -one))]
        for (const p of chances) {
          expect(p).toBeGreaterThanOrEqual(0)
          expect(p).toBeLessThanOrEqual(1 + 1e-9)
        }
      }),
    )
  })

  test('end for any error that may be spent', () => {
    fc.assert(
      fc.property(many, value, (values, alpha) => {
        shift(values, values, alpha)
        pseudomedian(values, alpha)
        trend([values.map((one, index) => [index, one])]).slopeAt(alpha)
      }),
    )
  })

  test('compare any two levels by a finite number', () => {
    const level = fc.oneof(fc.constantFrom(0, 5e-324, 1e-310, 1, 1.7e308), fc.double({ min: 0, noNaN: true }))
    fc.assert(
      fc.property(level, level, fc.array(level), (before, after, levels) => {
        const floor = floorOf(levels)
        expect(floor).toBeGreaterThan(0)
        const change = logLevel(after, floor) - logLevel(before, floor)
        if (before < Infinity && after < Infinity) expect(Number.isFinite(change)).toBe(true)
      }),
    )
  })
})
