import { describe, expect, test } from 'vitest'
import type { Sample } from '../../src/episode.ts'
import { judgeSplit } from '../../src/designs/split.ts'
import { judgeSwitchback, planSwitchback } from '../../src/designs/switchback.ts'
import { createRandom } from '@homeostat/signals/random'

/** The arms share a load that moves; each has noise of its own, and the act arm `factor`. */
function blocks(size: number, factor: number, seed: number, bias = 1): { act: Sample[]; control: Sample[] }[] {
  const random = createRandom(seed)
  return Array.from({ length: size }, (_, block) => {
    const load = 100 * (1 + 0.8 * Math.sin(block))
    const side = (by: number): Sample[] =>
      Array.from({ length: 6 }, (_value, index) => [
        block * 60_000 + index * 10_000,
        load * by * (0.9 + 0.2 * random()),
      ])
    return { act: side(factor * bias), control: side(1) }
  })
}

describe('a split inside the process', () => {
  test('finds an effect in minutes while the load moves much more', () => {
    expect(judgeSplit({ blocks: blocks(10, 0.8, 1), direction: 'down' }).verdict).toBe('effective')
    expect(judgeSplit({ blocks: blocks(10, 1.2, 1), direction: 'down' }).verdict).toBe('harmful')
    expect(judgeSplit({ blocks: blocks(10, 1, 1), direction: 'down' }).verdict).toBe('no_effect')
    expect(judgeSplit({ blocks: blocks(5, 0.5, 1), direction: 'down' }).verdict).toBe('inconclusive')
  })

  test('does not take the hotter half for an effect when it knows how the halves were before', () => {
    const baseline = blocks(16, 1, 2, 0.7)
    expect(judgeSplit({ blocks: blocks(16, 1, 3, 0.7), baseline, direction: 'down' }).verdict).toBe('no_effect')
    expect(judgeSplit({ blocks: blocks(16, 0.7, 3, 0.7), baseline, direction: 'down' }).verdict).toBe('effective')
  })

  test('does not credit an act side that loses its worst samples', () => {
    const bimodal = blocks(12, 1, 4).map(({ act, control }) => {
      const mixed = (samples: readonly Sample[]): Sample[] =>
        samples.map(([ms, value], index) => [ms, index % 2 ? value * 3 : value])
      return { act: mixed(act).filter((_, index) => index % 2 === 0), control: mixed(control) }
    })
    const { verdict, reason } = judgeSplit({ blocks: bimodal, direction: 'down' })
    expect(verdict).toBe('inconclusive')
    expect(reason).toContain('50 % of the samples vanish')
  })

  test('calls an action that does nothing effective or harmful in 5 % of all splits at most', () => {
    const verdicts = Array.from(
      { length: 400 },
      (_, seed) => judgeSplit({ blocks: blocks(12, 1, seed), direction: 'down' }).verdict,
    )
    // 2.5 % per side are 10 of 400; more than 20 have a chance below 0.2 %.
    expect(verdicts.filter(verdict => verdict === 'effective').length).toBeLessThanOrEqual(20)
    expect(verdicts.filter(verdict => verdict === 'harmful').length).toBeLessThanOrEqual(20)
  })
})

describe('a switchback', () => {
  const signal = (plan: ReturnType<typeof planSwitchback>, factor: number, seed: number): Sample[] => {
    const random = createRandom(seed)
    let wander = 0
    return plan.flatMap(({ arm, from, to }) => {
      const samples: Sample[] = []
      for (let ms = from; ms < to; ms += 5000) {
        wander = 0.8 * wander + 0.1 * (random() - 0.5)
        samples.push([ms, 100 * Math.exp(wander) * (arm === 'act' ? factor : 1)])
      }
      return samples
    })
  }

  test('has a pair of blocks for each order of chance, and does not measure what is carried over', () => {
    const plan = planSwitchback({ startAt: 1000, carryOverMs: 30_000 }, createRandom(1))
    expect(plan).toHaveLength(16)
    expect(plan[0]).toMatchObject({ from: 1000, measureFrom: 31_000, to: 91_000 })
    for (let index = 0; index < 16; index += 2) expect(plan[index]!.arm).not.toBe(plan[index + 1]!.arm)
    expect(planSwitchback({ startAt: 0 }, createRandom(1)).at(-1)!.to).toBe(16 * 60_000)
  })

  test('judges in sixteen minutes', () => {
    const plan = planSwitchback({ startAt: 0 }, createRandom(2))
    const verdict = (factor: number): string =>
      judgeSwitchback({ plan, samples: signal(plan, factor, 3), direction: 'down' }).verdict
    expect(verdict(0.75)).toBe('effective')
    expect(verdict(1.3)).toBe('harmful')
    expect(verdict(1)).toBe('no_effect')
  })
})
