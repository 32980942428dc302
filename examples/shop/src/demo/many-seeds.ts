import { Demonstration } from './demonstration.ts'
import type { Interruption } from './interruption.ts'
import type { DemoOptions } from './options.ts'
import { revertedAfterMs, verdictOf } from './promises.ts'
import { Screen } from './screen.ts'
import type { Ended } from './summary.ts'

/** How often each promise was kept. */
interface Tally {
  placeboCredited: number
  harmfulReverted: number
  complete: number
}

/** One demonstration after the other, one line each, and how often each promise was kept. Resolves to the exit code. */
export async function manySeeds(options: DemoOptions, interruption: Interruption, screen: Screen): Promise<number> {
  const tally: Tally = { placeboCredited: 0, harmfulReverted: 0, complete: 0 }
  const silent = new Screen({ write: () => undefined }, {})
  for (let seed = options.seed; seed < options.seed + options.seeds; seed++) {
    await using demonstration = new Demonstration({ ...options, watch: false, seed, interruption, screen: silent })
    const ended = await demonstration.run()
    if (ended === undefined) return interruption.exitCode
    count(tally, ended)
    screen.line(lineOf(ended))
    for (const missing of ended.missing) screen.line(`  MISSING: ${missing}`)
  }
  const { placeboCredited, harmfulReverted, complete } = tally
  const { seeds } = options
  screen.line()
  screen.line(`of ${seeds} demonstrations: placebo called effective ${placeboCredited} times, harmful action reverted`)
  screen.line(`${harmfulReverted} times, all that was promised happened ${complete} times`)
  return placeboCredited === 0 && harmfulReverted === seeds && complete >= 0.9 * seeds ? 0 : 1
}

function count(tally: Tally, { watched, missing }: Ended): void {
  const trials = watched?.story.chapters ?? []
  for (const { promised, trials: its } of trials) {
    if (promised.ends === 'no credit' && its.some(trial => verdictOf(trial) === 'effective')) tally.placeboCredited++
    if (promised.ends === 'reverted' && revertedAfterMs(its) !== undefined) tally.harmfulReverted++
  }
  if (missing.length === 0) tally.complete++
}

/** `seed 3 (1f2e3d4c): cache.warm effective, ..., shop.recommendations reverted after 4.0 s` */
function lineOf({ seed, digest, watched }: Ended): string {
  const ends = (watched?.story.chapters ?? []).flatMap(({ promised: { action, ends: end }, trial, trials }) => {
    if (end === 'effective' || end === 'no credit')
      return `${action} ${(trial && verdictOf(trial)) ?? 'without verdict'}`
    const revertedMs = end === 'reverted' ? revertedAfterMs(trials) : undefined
    return revertedMs === undefined ? [] : `${action} reverted after ${(revertedMs / 1000).toFixed(1)} s`
  })
  const backMs = watched?.restarted?.backAfterMs
  const back = backMs === undefined ? 'knobs not back' : `knobs back after ${(backMs / 1000).toFixed(1)} s`
  return `seed ${seed} (${digest}): ${[...ends, back].join(', ')}`
}
