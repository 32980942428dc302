import type { Arm, Episode, Sample } from '../src/episode.ts'
import { createRandom } from '@homeostat/signals/random'
import type { JudgeInput } from '../src/judgement.ts'

export interface HistoryOptions {
  readonly arms: readonly Arm[]
  /** The action multiplies values by it. @default 1 */
  readonly factor?: number
  /** Half the range of the noise of an episode's level. @default 0.1 */
  readonly noise?: number
  readonly direction?: 'up' | 'down'
  /** The level at each episode. @default 100 */
  readonly level?: (index: number) => number
  /** Changes the samples after the action. */
  readonly lose?: (samples: readonly Sample[]) => readonly Sample[]
  readonly seed?: number
}

export const SAMPLES = 10
const MINUTE_MS = 60_000

/** A history of one episode every ten minutes with uniform noise. */
export function history({
  arms,
  factor = 1,
  noise = 0.1,
  direction = 'down',
  level = () => 100,
  lose = samples => samples,
  seed = 1,
}: HistoryOptions): JudgeInput {
  const random = createRandom(seed)
  const samples = (from: number, center: number): Sample[] =>
    Array.from({ length: SAMPLES }, (_, index) => [from + index * 1000, center * (1 + (random() - 0.5) / 20)])
  const drawn = arms.map((arm, index) => {
    const at = index * 10 * MINUTE_MS
    const [before, after] = [0, 0].map(() => level(index) * (1 + noise * (2 * random() - 1)))
    const ended = samples(at + MINUTE_MS, after! * (arm === 'act' ? factor : 1))
    const episode: Episode = {
      at,
      before: samples(at - MINUTE_MS, before!),
      after: arm === 'act' ? lose(ended) : ended,
      expected: SAMPLES,
    }
    return { arm, episode }
  })
  const of = (wanted: Arm): Episode[] => drawn.filter(({ arm }) => arm === wanted).map(({ episode }) => episode)
  return { acts: of('act'), controls: of('control'), direction }
}

/** The first so many episodes in the order of time. */
export function firstOf({ acts, controls, ...rest }: JudgeInput, size: number): JudgeInput {
  const times = [...acts, ...controls].map(({ at }) => at).toSorted((a, b) => a - b)
  const until = times[size - 1] ?? Infinity
  return { ...rest, acts: acts.filter(({ at }) => at <= until), controls: controls.filter(({ at }) => at <= until) }
}

export function alternating(size: number): Arm[] {
  return Array.from({ length: size }, (_, index) => (index % 2 === 0 ? 'act' : 'control'))
}

export function runs(...stretches: readonly (readonly [Arm, number])[]): Arm[] {
  return stretches.flatMap(([arm, size]) => Array.from({ length: size }, () => arm))
}
