import { describe, expect, test } from 'vitest'
import { judge } from '../../src/judge.ts'
import { palliative } from '../../src/leaks/palliative.ts'
import { trend } from '../../src/leaks/trend.ts'
import { createRandom } from '@homeostat/signals/random'
import { alternating, firstOf, history } from '../episodes.ts'

const arms = alternating(48)

describe('a cure that only buys time', () => {
  test('is palliative and the leak is named, for gauges that grow and for ones that shrink', () => {
    const rising = judge(history({ arms, factor: 0.75, level: index => 100 * 1.03 ** index }))
    expect(rising.verdict).toBe('palliative')
    expect(rising.reason).toMatch(
      /it helps, -\d+ % .* but the level before each episode keeps rising: by \d+ % over \d+ h/,
    )
    const falling = judge(history({ arms, factor: 1.35, direction: 'up', level: index => 100 * 0.97 ** index }))
    expect(falling.verdict).toBe('palliative')
    expect(falling.reason).toContain('keeps falling')
  })

  test('shows in another gauge than the one that the action improves', () => {
    const gauge = Array.from({ length: 40 }, (_, index) => [index * 60_000, 50 + index + (index % 3)] as const)
    expect(palliative(history({ arms, factor: 0.75 })).evidence).toBe('none')
    expect(palliative({ ...history({ arms, factor: 0.75 }), gauge })).toMatchObject({
      evidence: 'leak',
      reason: expect.stringContaining('the gauge keeps rising'),
    })
  })
})

test.each([12, 60, 150])(
  'a leak of %i % an hour is found, though it is now faster, now slower, between restarts at any level',
  percent => {
    const said = Array.from({ length: 40 }, (_, seed) => {
      const random = createRandom(seed)
      const levels: number[] = []
      for (let level = 100, restartAt = 200; levels.length < 96; level *= (1 + percent / 600) ** (2 * random())) {
        if (level > restartAt) [level, restartAt] = [100, 200 + 250 * random()]
        levels.push(level)
      }
      const input = history({ arms: alternating(96), factor: 0.75, level: index => levels[index]!, noise: 0.08, seed })
      return [24, 48, 96].map(size => judge(firstOf(input, size)).verdict)
    })
    expect(said.flat().filter(verdict => verdict === 'effective')).toEqual([])
    expect(said.filter(verdicts => verdicts.at(-1) === 'palliative').length).toBeGreaterThanOrEqual(38)
  },
)

describe('is not', () => {
  test('a cure on a level that stays, in nearly all of many histories', () => {
    const verdicts = Array.from({ length: 60 }, (_, seed) => judge(history({ arms, factor: 0.75, seed })).verdict)
    expect(verdicts.filter(verdict => verdict === 'effective').length).toBeGreaterThanOrEqual(57)
    expect(verdicts).not.toContain('palliative')
  })

  test('a single step up', () => {
    const step = history({ arms, factor: 0.75, level: index => (index < 12 ? 100 : 180) })
    expect(palliative(step).evidence).not.toBe('leak')
  })

  test('a load that jumps up each morning and falls each evening', () => {
    const verdicts = Array.from({ length: 40 }, (_, seed) => {
      const level = (index: number): number => (index % 48 < 24 ? 100 : 250)
      return judge(history({ arms: alternating(96), factor: 0.75, level, seed })).verdict
    })
    expect(new Set(verdicts)).toEqual(new Set(['effective']))
  })

  test('an action that does not help while something leaks', () => {
    expect(judge(history({ arms, level: index => 100 * 1.03 ** index, noise: 0.05 })).verdict).toBe('no_effect')
  })
})

test('a trend is the median of slopes, however wild a few points are', () => {
  const points = Array.from({ length: 20 }, (_, index) => [index, index === 5 ? 1e6 : 2 * index] as const)
  const { slope, pRising } = trend([points])
  expect(slope()).toBeCloseTo(2, 6)
  expect(pRising()).toBeLessThan(0.001)
  expect(trend([points.map(([ms]) => [ms, 1] as const)]).pRising()).toBeGreaterThan(0.4)
})
