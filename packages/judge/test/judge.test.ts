import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Episode } from '../src/episode.ts'
import { judge } from '../src/judge.ts'
import type { JudgeInput } from '../src/judgement.ts'
import { alternating, firstOf, history, runs } from './episodes.ts'

describe('a verdict', () => {
  test('reports that an action helps, by how much, and how certain that is', () => {
    const { verdict, reason, statistics } = judge(history({ arms: alternating(24), factor: 0.75 }))
    expect(verdict).toBe('effective')
    expect(statistics.effect).toBeCloseTo(-0.25, 1)
    expect(statistics.interval![1]).toBeLessThan(0)
    expect(statistics.pBetter).toBeLessThan(statistics.alpha!)
    expect(reason).toMatch(
      /^-\d+ % with the action \(-\d+ % to -[\d.]+ %; \d+ act against \d+ control episodes\), significantly lower/,
    )
  })

  test('reports that an action harms', () => {
    expect(judge(history({ arms: alternating(24), factor: 1.3 }))).toMatchObject({ verdict: 'harmful' })
  })

  test('reports no effect once an effect worth having is excluded', () => {
    const { verdict, reason } = judge(history({ arms: alternating(24), noise: 0.05 }))
    expect(verdict).toBe('no_effect')
    expect(reason).toContain('-15 % or better is excluded')
  })

  test('does not praise an improvement that is certain and too small', () => {
    const { verdict, reason } = judge(history({ arms: alternating(48), factor: 0.95, noise: 0.01 }))
    expect(verdict).toBe('no_effect')
    expect(reason).toContain('though it is significantly lower')
  })

  test('follows the direction that is better', () => {
    expect(judge(history({ arms: alternating(24), factor: 1.3, direction: 'up' })).verdict).toBe('effective')
    expect(judge(history({ arms: alternating(24), factor: 0.75, direction: 'up' })).verdict).toBe('harmful')
  })

  test('reports what is missing until there is one', () => {
    expect(judge(history({ arms: alternating(5), factor: 0.5 }))).toMatchObject({
      verdict: 'inconclusive',
      missing: '3 of 6 act, 2 of 6 control',
      statistics: { look: 0 },
    })
    expect(judge({ acts: [], controls: [], direction: 'down' }).missing).toBe('0 of 6 act, 0 of 6 control')
  })

  test('looks at the values of an episode once, however often the judge is asked', () => {
    const { acts, controls, direction } = history({ arms: alternating(12) })
    let looked = 0
    const watched = (episode: Episode): Episode => ({
      ...episode,
      get before() {
        looked++
        return episode.before
      },
    })
    const input: JudgeInput = { acts: acts.map(watched), controls: controls.map(watched), direction }
    expect(judge(input)).toEqual(judge(input))
    expect(looked).toBe(12)
  })

  test('at the first look that decides stands, whatever follows', () => {
    const early = history({ arms: alternating(12), factor: 0.6, noise: 0.02 })
    const late = history({ arms: alternating(84), seed: 2 })
    const shifted = (episodes: readonly Episode[]): Episode[] => episodes.map(one => ({ ...one, at: one.at + 1e9 }))
    const both = {
      ...early,
      acts: [...early.acts, ...shifted(late.acts)],
      controls: [...early.controls, ...shifted(late.controls)],
    }
    expect(judge(both)).toMatchObject({ verdict: 'effective', statistics: { look: 6 } })
  })
})

describe('controls count only beside acts', () => {
  const faster = (index: number): number => (index < 48 ? 100 : 60)

  test('a shadow period before the action proves nothing, whatever changed in between', () => {
    const shadow = history({ arms: runs(['control', 48], ['act', 48]), factor: 0.5, level: faster })
    expect(judge(shadow)).toMatchObject({ verdict: 'inconclusive', statistics: { acts: 0, unmatched: 96 } })
    expect(judge(history({ arms: runs(['act', 48], ['control', 48]), factor: 0.5 })).verdict).toBe('inconclusive')
    expect(judge(history({ arms: runs(['control', 6], ['act', 6]), factor: 0.5 })).verdict).toBe('inconclusive')
  })

  test('a hold-out of one in ten is compared with its neighbours', () => {
    const arms = Array.from({ length: 12 }, () => runs(['act', 9], ['control', 1])).flat()
    const { verdict, statistics } = judge(history({ arms, factor: 0.75 }))
    expect(verdict).toBe('effective')
    expect(statistics.acts).toBe(statistics.controls)
  })
})

describe('samples that vanish', () => {
  const arms = alternating(96)
  const withoutWorst = (share: number) => (samples: readonly (readonly [number, number])[]) =>
    samples.toSorted((a, b) => a[1] - b[1]).slice(0, Math.round(samples.length * (1 - share)))

  test('never make an action effective when all of them do', () => {
    const { verdict, reason } = judge(history({ arms, lose: () => [] }))
    expect(verdict).toBe('inconclusive')
    expect(reason).toContain('100 % of the samples vanish')
  })

  test('make it effective no oftener than doing nothing would when the bad ones do', () => {
    for (const share of [0.1, 0.3, 0.5, 0.8]) {
      const verdicts = Array.from(
        { length: 80 },
        (_, seed) => judge(history({ arms, seed, lose: withoutWorst(share) })).verdict,
      )
      // 2.5 % are two of 80; more than six have a chance below 1 %.
      expect(verdicts.filter(verdict => verdict === 'effective').length).toBeLessThanOrEqual(6)
    }
  })

  test('are reported as the reason why an action that looks good is not credited', () => {
    // Half of the requests are slow, and the action drops them.
    const slow = history({ arms, noise: 0.01 })
    const mixed = (episodes: readonly Episode[], keep: boolean): Episode[] =>
      episodes.map(one => ({
        ...one,
        before: one.before.map(([ms], index) => [ms, index % 2 === 0 ? 100 + index : 300 + index]),
        after: one.after
          .map(([ms], index): [number, number] => [ms, index % 2 === 0 ? 100 + index : 300 + index])
          .filter(([, value]) => keep || value < 200),
      }))
    const { verdict, reason } = judge({ ...slow, acts: mixed(slow.acts, false), controls: mixed(slow.controls, true) })
    expect(verdict).toBe('inconclusive')
    expect(reason).toContain('50 % of the samples vanish with the action')
  })

  test('do no harm to an action that helps when both arms miss as many', () => {
    const input = history({ arms, factor: 0.7 })
    const thinned = (episodes: readonly Episode[]): Episode[] =>
      episodes.map(one => ({
        ...one,
        after: one.after.map(([ms, value], index) => [ms, index % 3 === 0 ? Number.NaN : value]),
      }))
    expect(judge({ ...input, acts: thinned(input.acts), controls: thinned(input.controls) }).verdict).toBe('effective')
  })
})

test('episodes without a baseline are left out and counted', () => {
  const input = history({ arms: alternating(24), factor: 0.7 })
  const broken = ([[], [[0, 0]], [[0, -1]], [[0, Number.NaN]]] as const).map((before): Episode => ({
    at: 0,
    before,
    after: [[1, 1]],
  }))
  const { statistics, reason } = judge({ ...input, acts: [...input.acts, ...broken] })
  expect(statistics.unusable).toBe(4)
  expect(reason).toContain('4 without a usable baseline')
})

test('a value that falls to zero is an improvement', () => {
  expect(judge(history({ arms: alternating(24), factor: 0 })).verdict).toBe('effective')
})

describe('for any history', () => {
  const anyHistory = fc.record({
    arms: fc.array(fc.constantFrom('act' as const, 'control' as const), { maxLength: 110 }),
    factor: fc.constantFrom(0.5, 0.7, 0.8, 1, 1.2, 1.5),
    noise: fc.constantFrom(0.02, 0.1, 0.3),
    seed: fc.nat(),
  })

  test('the order in which episodes are handed over does not matter, nor does the unit', () => {
    fc.assert(
      fc.property(anyHistory, fc.double({ min: 1e-9, max: 1e9, noNaN: true }), (options, unit) => {
        const input = history(options)
        const { verdict, statistics } = judge(input)
        const scaled = (episodes: readonly Episode[]): Episode[] =>
          episodes.toReversed().map(one => ({
            ...one,
            before: one.before.map(([ms, value]) => [ms, value * unit]),
            after: one.after.map(([ms, value]) => [ms, value * unit]),
          }))
        const other = judge({ ...input, acts: scaled(input.acts), controls: scaled(input.controls) })
        expect(other.verdict).toBe(verdict)
        expect(other.statistics.look).toBe(statistics.look)
      }),
      { numRuns: 60 },
    )
  })

  test('asking after every episode finds what asking at the end finds', () => {
    fc.assert(
      fc.property(anyHistory, options => {
        const input: JudgeInput = history(options)
        const asked = Array.from(
          { length: options.arms.length },
          (_, index) => judge(firstOf(input, index + 1)).verdict,
        )
        const last = judge(input).verdict
        const decided = asked.filter(verdict => verdict !== 'inconclusive')
        expect(decided.at(-1) ?? 'inconclusive').toBe(last)
        // Only a graver finding may follow the first one.
        if (decided.length > 0 && decided[0] !== last) expect(['harmful', 'palliative', 'effective']).toContain(last)
      }),
      { numRuns: 40 },
    )
  })

  test('statistics are finite or absent, whatever is in the samples', () => {
    const value = fc.oneof(fc.double(), fc.constantFrom(0, Number.NaN, Infinity, -1))
    const episode = fc.record({
      at: fc.double(),
      before: fc.array(fc.tuple(fc.nat(), value), { maxLength: 4 }),
      after: fc.array(fc.tuple(fc.nat(), value), { maxLength: 4 }),
    })
    const episodes = fc.array(episode, { maxLength: 40 })
    fc.assert(
      fc.property(episodes, episodes, fc.constantFrom('up' as const, 'down' as const), (acts, controls, direction) => {
        const { verdict, reason, statistics } = judge({ acts, controls, direction })
        expect(reason).not.toMatch(/NaN|undefined/)
        expect(verdict === 'inconclusive').toBe(judge({ acts, controls, direction }).missing !== undefined)
        for (const figure of [statistics.pBetter, statistics.pWorse]) {
          if (figure !== undefined) expect(figure).toBeGreaterThanOrEqual(0)
          if (figure !== undefined) expect(figure).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 200 },
    )
  })
})
