import { mean } from '../episode.ts'

/** An episode as logarithms; `after` is NaN when nothing was measured. In the order of time. */
export interface Foretold {
  readonly before: number
  readonly after: number
}

/** So many neighbours on either side say what the level was at the time of an episode. */
const NEIGHBOURS = 2

/**
 * What was to be expected after each episode, from what was measured before: as much of the level of that time (the mean before it and
 * its neighbours), and as much of its own distance from that level, as foretells what comes after. Both shares are between 0 and 1 and
 * estimated by least squares (CUPED: Deng, Xu, Kohavi and Walker, WSDM 2013).
 *
 * This takes out drift, the hour and growth, which meet both arms alike, and costs no error: it is not said which episodes are acts, so
 * that under "the action does nothing" exchanging them changes no expectation, and a rank test of the rest stays exact.
 */
export function foretell(episodes: readonly Foretold[]): readonly number[] {
  const levels = episodes.map((_, index) =>
    mean(episodes.slice(Math.max(0, index - NEIGHBOURS), index + NEIGHBOURS + 1).map(({ before }) => before)),
  )
  const byLevel = fit(
    levels,
    episodes.map(({ after }) => after),
  )
  const own = episodes.map(({ before }, index) => before - levels[index]!)
  const byOwn = fit(
    own,
    episodes.map(({ after }, index) => after - byLevel * levels[index]!),
  )
  return levels.map((level, index) => byLevel * level + byOwn * own[index]!)
}

/** The share of `from` that `to` has, between 0 and 1, by least squares; values that are not finite are left out. */
export function fit(from: readonly number[], to: readonly number[]): number {
  const measured = from.flatMap((value, index) => (Number.isFinite(to[index]!) ? [[value, to[index]!] as const] : []))
  const [fromMean, toMean] = [mean(measured.map(([x]) => x)), mean(measured.map(([, y]) => y))]
  let both = 0
  let alone = 0
  for (const [x, y] of measured) {
    both += (x - fromMean) * (y - toMean)
    alone += (x - fromMean) ** 2
  }
  return alone > 0 ? Math.min(1, Math.max(0, both / alone)) : 0
}
