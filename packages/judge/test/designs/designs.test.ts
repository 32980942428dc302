import { describe, expect, test } from 'vitest'
import { createRandom } from '@homeostat/signals/random'
import type { SideBySide, UnitSample } from '../../src/designs/side-by-side.ts'
import { judgeSplit } from '../../src/designs/split.ts'
import { judgeSwitchback, planSwitchback } from '../../src/designs/switchback.ts'
import type { Sample } from '../../src/episode.ts'

/** Normal numbers, by Box and Muller. */
function createNormal(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

describe('a split that keeps its units', () => {
  /** Units with a level and slow moods of their own, dealt once. */
  function moody(seed: number, factor: number, isNamed = true): Parameters<typeof judgeSplit>[0] {
    const random = createRandom(seed)
    const normal = createNormal(random)
    const units = Array.from({ length: 20 }, (_, index) => ({
      name: `unit ${index}`,
      isAct: index % 2 === 0,
      level: 100 * Math.exp(normal()),
      mood: normal(),
    }))
    const blocks = (by: number): SideBySide[] =>
      Array.from({ length: 16 }, (_, block) => {
        const sides: { act: UnitSample[]; control: UnitSample[] } = { act: [], control: [] }
        for (const unit of units) {
          unit.mood = 0.95 * unit.mood + Math.sqrt(1 - 0.95 ** 2) * normal()
          const value = unit.level * Math.exp(0.15 * unit.mood) * (unit.isAct ? by : 1)
          sides[unit.isAct ? 'act' : 'control'].push(
            isNamed ? [block * 60_000, value, unit.name] : [block * 60_000, value],
          )
        }
        return sides
      })
    return { baseline: blocks(1), blocks: blocks(factor), direction: 'down' }
  }

  test('calls an action that does nothing effective or harmful in 5 % of all splits at most', () => {
    const said = Array.from({ length: 400 }, (_, seed) => judgeSplit(moody(seed, 1)).verdict)
    // 2.5 % per side are 10 of 400; more than 20 have a chance below 0.2 %.
    expect(said.filter(verdict => verdict === 'effective').length).toBeLessThanOrEqual(20)
    expect(said.filter(verdict => verdict === 'harmful').length).toBeLessThanOrEqual(20)
  })

  test('finds what is larger than the moods, with named units and with units in the same order', () => {
    for (const isNamed of [true, false]) {
      const said = Array.from({ length: 40 }, (_, seed) => judgeSplit(moody(seed, 0.6, isNamed)).verdict)
      expect(said.filter(verdict => verdict === 'effective').length).toBeGreaterThanOrEqual(38)
    }
  })

  test('compares units, and asks for their names when it cannot tell them apart', () => {
    const { baseline, ...input } = moody(1, 0.5, false)
    const uneven = baseline!.map(({ act, control }, index) => ({ act: act.slice(index % 2), control }))
    expect(judgeSplit({ ...input, baseline: uneven })).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining('give each sample its unit as a third element'),
    })
    expect(judgeSplit(moody(1, 0.5)).reason).toContain('10 against 10 units')
  })
})

describe('a switchback with an effect that comes late', () => {
  const plan = (seed: number): ReturnType<typeof planSwitchback> =>
    planSwitchback({ startAt: 0, blocks: 24 }, createRandom(seed))

  function samples(blocks: ReturnType<typeof planSwitchback>, lateMs: number, seed: number, factor = 0.8): Sample[] {
    const normal = createNormal(createRandom(seed))
    const isOn = (ms: number): boolean =>
      blocks.some(({ arm, from, to }) => arm === 'act' && ms - lateMs >= from && ms - lateMs < to)
    return Array.from({ length: blocks.length * 12 }, (_, index) => {
      const ms = index * 5000
      return [ms, 100 * Math.exp(0.05 * normal()) * (isOn(ms) ? factor : 1)]
    })
  }

  test.each([60_000, 90_000, 120_000, 180_000])(
    'by %d ms under blocks of a minute gives no verdict, and says why',
    lateMs => {
      const said = Array.from({ length: 40 }, (_, seed) => {
        const blocks = plan(seed)
        return judgeSwitchback({ plan: blocks, samples: samples(blocks, lateMs, seed + 100), direction: 'down' })
      })
      expect(said.filter(({ verdict }) => verdict !== 'inconclusive').length).toBeLessThanOrEqual(2)
      const late = said.filter(({ reason }) =>
        reason.includes(`${lateMs / 1000} s late, so the blocks may be too short`),
      )
      expect(late.length).toBeGreaterThanOrEqual(36)
    },
  )

  test('differs from an effect that comes at once, and from no effect', () => {
    const said = (factor: number): string[] =>
      Array.from({ length: 40 }, (_, seed) => {
        const blocks = plan(seed)
        return judgeSwitchback({ plan: blocks, samples: samples(blocks, 0, seed + 100, factor), direction: 'down' })
          .verdict
      })
    expect(said(0.8).filter(verdict => verdict === 'effective').length).toBeGreaterThanOrEqual(39)
    expect(said(1).filter(verdict => verdict === 'no_effect').length).toBeGreaterThanOrEqual(38)
    expect(said(1.25).filter(verdict => verdict === 'harmful').length).toBeGreaterThanOrEqual(39)
  })

  test('is seen once the carry-over is declared', () => {
    const blocks = planSwitchback({ startAt: 0, carryOverMs: 120_000 }, createRandom(1))
    const long = samples(blocks, 0, 1).length
    expect(long).toBeGreaterThan(0)
    const isOn = (ms: number): boolean =>
      blocks.some(({ arm, from, to }) => arm === 'act' && ms - 120_000 >= from && ms - 120_000 < to)
    const measured = Array.from({ length: 16 * 72 }, (_, index): Sample => {
      const ms = index * 5000
      return [ms, (index % 3) + 100 * (isOn(ms) ? 0.8 : 1)]
    })
    expect(judgeSwitchback({ plan: blocks, samples: measured, direction: 'down' }).verdict).toBe('effective')
  })
})
