import { messageOf } from '../availability.ts'
import { Demonstration } from './demonstration.ts'
import { Interruption } from './interruption.ts'
import type { DemoOptions } from './options.ts'
import { creditedOf, revertedAfterMs, verdictOf } from './promises.ts'
import { Screen } from './screen.ts'
import type { Ended } from './summary.ts'
import { paragraph } from './table.ts'

/** How often each promise was kept. */
interface Tally {
  placeboCredited: number
  harmfulReverted: number
  complete: number
}

/** Runs the demonstration of a seed. Resolves to undefined after an interruption, and rejects where something broke. */
type RunSeed = (seed: number) => Promise<Ended | undefined>

/** One demonstration after the other, one line each, and how often each promise was kept. Resolves to the exit code. */
export async function manySeeds(
  options: Pick<DemoOptions, 'seed' | 'seeds'>,
  interruption: Pick<Interruption, 'signal' | 'exitCode'>,
  screen: Screen,
  run: RunSeed,
): Promise<number> {
  const say = (text: string, indent?: string): void => {
    for (const line of paragraph(text, screen.width, indent, '  ')) screen.line(line)
  }
  const tally: Tally = { placeboCredited: 0, harmfulReverted: 0, complete: 0 }
  for (let seed = options.seed; seed < options.seed + options.seeds; seed++) {
    try {
      const ended = await run(seed)
      if (ended === undefined) return interruption.exitCode
      count(tally, ended)
      say(lineOf(ended))
      for (const missing of ended.missing) say(`MISSING: ${missing}`, '  ')
    } catch (error) {
      if (interruption.signal.aborted) return interruption.exitCode
      say(`seed ${seed}:`)
      say(`MISSING: expected the demonstration to end, and it broke: ${messageOf(error)}`, '  ')
    }
  }
  const { placeboCredited, harmfulReverted, complete } = tally
  const { seeds } = options
  screen.line()
  say(
    `of ${seeds} demonstrations: placebo called effective or harmful ${placeboCredited} times, harmful action reverted ${harmfulReverted} times, all that was promised happened ${complete} times`,
  )
  return placeboCredited === 0 && harmfulReverted === seeds && complete >= 0.9 * seeds ? 0 : 1
}

/** Runs the demonstrations of seeds one by one; what breaks in one of them does not end the others. */
export function seedRunner(options: DemoOptions, whole: Interruption): RunSeed {
  const silent = new Screen({ write: () => undefined }, {})
  return async seed => {
    const interruption = new Interruption(whole)
    await using demonstration = new Demonstration({ ...options, watch: false, seed, interruption, screen: silent })
    const ended = await demonstration.run().catch((error: unknown) => {
      // When a shop ends early, every request to it fails too.
      throw interruption.reason === undefined ? error : new Error(interruption.reason)
    })
    if (ended === undefined && !whole.signal.aborted) throw new Error(interruption.reason)
    return ended
  }
}

function count(tally: Tally, { watched, missing }: Ended): void {
  const trials = watched?.story.chapters ?? []
  for (const { promised, trials: its } of trials) {
    if (promised.ends === 'no credit' && creditedOf(its)) tally.placeboCredited++
    if (promised.ends === 'reverted' && revertedAfterMs(its) !== undefined) tally.harmfulReverted++
  }
  if (missing.length === 0) tally.complete++
}

/** `seed 3 (1f2e3d4c): cache.warm effective, ..., shop.recommendations reverted after 4.0 s` */
function lineOf({ seed, digest, watched }: Ended): string {
  const ends = (watched?.story.chapters ?? []).flatMap(({ promised: { action, ends: end }, trial, trials }) => {
    if (end === 'effective' || end === 'no credit' || end === 'verdict')
      return `${action} ${(trial && verdictOf(trial)) ?? 'without verdict'}`
    const revertedMs = end === 'reverted' ? revertedAfterMs(trials) : undefined
    return revertedMs === undefined ? [] : `${action} reverted after ${(revertedMs / 1000).toFixed(1)} s`
  })
  const backMs = watched?.restarted.backAfterMs
  const back = backMs === undefined ? 'knobs not back' : `knobs back after ${(backMs / 1000).toFixed(1)} s`
  return `seed ${seed} (${digest}): ${[...ends, back].join(', ')}`
}
