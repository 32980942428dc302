import { median } from '@homeostat/optimizer/judge'

/** What lasts for fewer blocks in a row, e.g. a wait for a lock, is not the level of a phase. */
const RUN = 3
/** The levels of two phases lie apart by at least so much of what both have moved by themselves. */
const SHARE = 0.6
/** The difference of two phases of a random walk gains so much of its variance for each length of a phase between them. */
const BETWEEN = 1.5

/**
 * Whether one phase lies below another by more than a statement moves by itself. A rank test takes neighbouring blocks for independent; those of a
 * statement with a drift of its own resemble each other, and it would call a sixth to a half of the changes significant that are nothing but
 * drift. So the highest run of blocks of the one phase has to lie below the lowest run of the other: a drift that leads from here to there has shown
 * within the phases as well.
 *
 * @param low - logarithms of milliseconds, block by block
 * @param apart - the time between the phases, in lengths of a phase: what drifts goes on as the root of the time
 * @param among - of how many statements this is one: the largest drift of many is larger. @default 1
 */
export function isBelowByMoreThanDrift(
  low: readonly number[],
  high: readonly number[],
  apart: number,
  among = 1,
): boolean {
  const [below, above] = [levelsOf(low), levelsOf(high)]
  const moved = below.highest - below.lowest + above.highest - above.lowest
  const share = SHARE * Math.sqrt(1 + BETWEEN * apart) * (1 + Math.log10(among) / 2)
  return above.lowest - below.highest >= share * moved
}

/** The lowest and highest level that lasted. */
function levelsOf(blocks: readonly number[]): { readonly lowest: number; readonly highest: number } {
  const runs = blocks.slice(RUN - 1).map((_, at) => median(blocks.slice(at, at + RUN)))
  return { lowest: Math.min(...runs), highest: Math.max(...runs) }
}
