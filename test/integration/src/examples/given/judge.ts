import { createRandom } from '@homeostat/signals/random'
import type { Episode, Sample, SideBySide } from '@homeostat/judge'

const MINUTE = 60_000

/** Draws from 0 to 1, the same in each run. */
export const random: () => number = createRandom(1)

/** Twelve episodes that leave a fifth of the value when the action runs. */
export const acts: readonly Episode[] = episodes(0, 20)

/** Twelve that leave it as it is. */
export const controls: readonly Episode[] = episodes(5 * MINUTE, 100)

export const samples: readonly Sample[] = Array.from({ length: 2000 }, (_, at) => [at * 1000, 100 + random()])

export const blocks: readonly SideBySide[] = Array.from({ length: 12 }, (_, block) => ({
  act: [[block * MINUTE, 50 + random()]],
  control: [[block * MINUTE, 100 + random()]],
}))

export const key = 'product:1'

export const trial = 'cache.warm#1'

export const block = 3

export function warm(_key: string): void {}

export async function run(): Promise<void> {}

function episodes(startMs: number, after: number): Episode[] {
  return Array.from({ length: 12 }, (_, each) => {
    const at = startMs + each * 10 * MINUTE
    return { at, before: [[at - MINUTE, 100 + random()]], after: [[at + MINUTE, after + random()]] }
  })
}
