import { describe, expect, test } from 'vitest'
import { createRandom } from '@homeostat/signals/random'
import type { Episode, Sample } from '../src/episode.ts'
import { judge } from '../src/judge.ts'
import type { Judgement, JudgeInput } from '../src/judgement.ts'
import { alternating, history, type HistoryOptions } from './episodes.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

function verdicts(options: HistoryOptions, change: (input: JudgeInput) => JudgeInput = input => input): string[] {
  return Array.from({ length: 40 }, (_, seed) => judge(change(history({ ...options, seed }))).verdict)
}

/** Episodes at times of the caller's choice. */
function at(input: JudgeInput, time: (episode: Episode) => number): JudgeInput {
  const moved = (episodes: readonly Episode[]): Episode[] =>
    episodes.map(one => {
      const by = time(one) - one.at
      const later = (samples: readonly Sample[]): Sample[] => samples.map(([ms, value]) => [ms + by, value])
      return { ...one, at: one.at + by, before: later(one.before), after: later(one.after) }
    })
  return { ...input, acts: moved(input.acts), controls: moved(input.controls) }
}

describe('a cure is not palliative', () => {
  test('when all episodes are of one moment, or three label sets fire together', () => {
    const same = verdicts({ arms: alternating(96), factor: 0.8 }, input => at(input, () => 0))
    const threes = verdicts({ arms: alternating(96), factor: 0.8 }, input =>
      at(input, one => Math.floor(one.at / (30 * MINUTE_MS)) * 30 * MINUTE_MS),
    )
    for (const said of [same, threes]) expect(said.filter(verdict => verdict === 'effective')).toHaveLength(40)
  })

  test('when the load grows by a fifth in the same time', () => {
    const level = (index: number): number => 100 * (1 + (0.2 * index) / 96)
    const said = verdicts({ arms: alternating(96), factor: 0.8, level })
    expect(said.filter(verdict => verdict === 'effective')).toHaveLength(40)
  })

  test('when a job on the hour is what loads the service', () => {
    // Cured, the next alarm comes at the next hour; withheld, after nine minutes, while the job runs.
    const said = Array.from({ length: 40 }, (_, seed) => {
      const random = createRandom(seed)
      const input = history({ arms: alternating(96), factor: 0.7, seed })
      const drawn = [...input.acts, ...input.controls]
        .map(episode => ({ episode, isAct: input.acts.includes(episode) }))
        .toSorted(() => random() - 0.5)
      const times = new Map<Episode, number>()
      let now = 0
      for (const { episode, isAct } of drawn) {
        times.set(episode, now + MINUTE_MS * random())
        const next = now + 9 * MINUTE_MS
        const isOver = next % HOUR_MS > 25 * MINUTE_MS
        now = isAct || isOver ? HOUR_MS * (Math.floor(now / HOUR_MS) + 1) : next
      }
      return judge(at(input, one => times.get(one)!)).verdict
    })
    expect(said.filter(verdict => verdict === 'effective').length).toBeGreaterThanOrEqual(38)
  })
})

describe('a leak is never cured', () => {
  test.each([0.1, 0.6])('by a purge that lowers the level only, at %d an hour, with restarts', perHour => {
    let leaked = 0
    const level = (index: number): number => {
      if (index === 0) leaked = 0
      leaked += perHour / 12
      if (1 + leaked > 2.7) leaked = 0
      return 100 * (1 + leaked)
    }
    // A history calls `level` twice an episode.
    const options = { arms: alternating(96), factor: 0.8, noise: 0.05, level }
    const said = Array.from({ length: 40 }, (_, seed) => {
      leaked = 0
      const input = history({ ...options, seed })
      const ends = [12, 24, 48, 96].map(size => judge(firstBy(input, size)).verdict)
      expect(ends).not.toContain('effective')
      return ends.at(-1)
    })
    expect(said.filter(verdict => verdict === 'palliative').length).toBeGreaterThanOrEqual(38)
  })

  test('and is named with its rate and how sure that is', () => {
    const { reason } = judge(history({ arms: alternating(96), factor: 0.8, level: index => 100 * 1.02 ** index }))
    expect(reason).toMatch(/keeps rising: by \d+ % over 4 h, 1[23] % an hour \(1\d % to 1\d %\)/)
  })
})

describe('harm has a smallest size', () => {
  const constant = (factor: number): Judgement =>
    judge(
      history({
        arms: alternating(48),
        factor: 1,
        noise: 0,
        lose: samples => samples.map(([ms]) => [ms, 100 * factor]),
      }),
    )

  test('so the last digit of a float, or 3 % without noise, does not count', () => {
    expect(constant(1 + Number.EPSILON).verdict).toBe('no_effect')
    expect(constant(1.03).verdict).toBe('no_effect')
    expect(constant(1.2).verdict).toBe('harmful')
  })

  test('which the caller may choose', () => {
    const input = history({ arms: alternating(48), factor: 1.1, noise: 0.02 })
    expect(judge(input).verdict).toBe('harmful')
    expect(judge({ ...input, harm: 0.2 }).verdict).toBe('no_effect')
  })
})

describe('an action whose tail gets worse is not effective', () => {
  test('though three of four runs help: the fourth is a hundred times worse', () => {
    const said = Array.from({ length: 40 }, (_, seed) => {
      const input = history({ arms: alternating(96), factor: 0.8, seed })
      const acts = input.acts.map((one, index) => (index % 4 === 3 ? scaled(one, () => 125) : one))
      return judge({ ...input, acts }).verdict
    })
    expect(said).not.toContain('effective')
  })

  test('though most samples of each run are better: the others are twenty times worse', () => {
    const input = history({ arms: alternating(24), factor: 0.7 })
    const acts = input.acts.map(one => scaled(one, index => (index % 10 < 6 ? 1 : 28)))
    const { verdict, reason } = judge({ ...input, acts })
    expect(verdict).not.toBe('effective')
    expect(reason).toContain('the worst quarter of its values gets')
  })

  test('and one that was effective is so no more once runs turn out far worse', () => {
    const input = history({ arms: alternating(48), factor: 0.7, noise: 0.05 })
    const late = input.acts.map((one, index) => (index > 12 && index % 2 === 0 ? scaled(one, () => 50) : one))
    expect(judge(firstBy({ ...input, acts: late }, 24)).verdict).toBe('effective')
    expect(judge({ ...input, acts: late })).toMatchObject({ verdict: 'inconclusive', withdraws: true })
  })
})

test('an episode that is handed in again counts once, however often and in whatever order', () => {
  const input = history({ arms: alternating(24), factor: 0.8 })
  const again = (episodes: readonly Episode[]): Episode[] =>
    Array.from({ length: 8 }, () => episodes.map(one => structuredClone(one))).flat()
  const repeated = judge({ ...input, acts: again(input.acts).toReversed(), controls: again(input.controls) })
  const { repeated: count, ...statistics } = repeated.statistics
  expect(statistics).toEqual(judge(input).statistics)
  expect(count).toBe(7 * 24)
  expect(repeated.reason).toContain('168 handed in again and not counted')
})

test('of an episode that is handed in before all of its samples are there, the whole one counts', () => {
  const input = history({ arms: alternating(24), factor: 0.8 })
  const early = input.acts.map(one => ({ ...one, after: one.after.slice(0, 3) }))
  const { repeated, ...statistics } = judge({ ...input, acts: [...early, ...input.acts] }).statistics
  expect(statistics).toEqual(judge(input).statistics)
  expect(repeated).toBe(12)
})

describe('what is not valid is refused by its name', () => {
  const input = history({ arms: alternating(24), factor: 0.8 })
  const given =
    (part: object): (() => Judgement) =>
    () =>
      judge({ ...input, ...part } as JudgeInput)

  test('a direction other than up or down', () => {
    expect(given({ direction: 'lower' })).toThrow(
      new TypeError(`judge: direction must be 'up' or 'down' (which way is better), not "lower"`),
    )
  })

  test.each([['worth'], ['harm']])('a %s that is not a share between 0 and 1', name => {
    for (const value of [1, 0, -0.1, 5, Number.NaN, Infinity, '0.2', {}, 1n])
      expect(given({ [name]: value })).toThrow(`judge: ${name} must be a share above 0 and below 1`)
  })
})

test('many ties take no longer than no ties', () => {
  const tied = (episodes: readonly Episode[]): Episode[] =>
    episodes.map(one => ({
      ...one,
      before: one.before.map(([ms, value]) => [ms, Math.round(value / 10)]),
      after: one.after.map(([ms, value]) => [ms, Math.round(value / 10)]),
    }))
  const input = history({ arms: alternating(96), factor: 0.9, noise: 0.2 })
  const { verdict } = judge({ ...input, acts: tied(input.acts), controls: tied(input.controls) })
  expect(['effective', 'no_effect', 'inconclusive']).toContain(verdict)
})

function scaled(episode: Episode, by: (index: number) => number): Episode {
  return { ...episode, after: episode.after.map(([ms, value], index) => [ms, value * by(index)]) }
}

/** The first so many episodes by time. */
function firstBy(input: JudgeInput, size: number): JudgeInput {
  const until = [...input.acts, ...input.controls].map(one => one.at).toSorted((a, b) => a - b)[size - 1]!
  const early = (episodes: readonly Episode[]): Episode[] => episodes.filter(one => one.at <= until)
  return { ...input, acts: early(input.acts), controls: early(input.controls) }
}
