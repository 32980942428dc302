import { withoutIncluded } from './covering.ts'
import { bestBeside, LEAST_SPARED, type Choice, type Evaluate } from './evaluation.ts'
import { groupBy } from './grouping.ts'
import type { Proposal } from './proposals.ts'

/**
 * How many times cheaper the statement has to be than with the same keys alone. A covering index is larger, has no HOT updates of what it holds and
 * gains while VACUUM keeps up: what another index has to gain over none, it has to gain over that index.
 */
const WORTH_COVERING = 2
/**
 * Puts covering indexes in the place of chosen ones, or beside them, where that is clearly cheaper.
 *
 * @param choice - of indexes that do not cover; undefined where none is worth it
 * @param before - the cost of the plan as it is
 */
export async function chooseCovering(
  choice: Choice | undefined,
  covering: readonly Proposal[],
  before: number,
  evaluate: Evaluate,
): Promise<Choice | undefined> {
  let chosen = choice
  for (const [use, proposals] of groupBy(covering, each => each.use)) {
    const cost = chosen?.cost ?? before
    if (cost < LEAST_SPARED) break
    const others = chosen?.proposals.filter(each => each.use !== use) ?? []
    const best = await bestBeside(others, proposals, { cost, before }, evaluate)
    if (best === undefined || !isWorth(best.cost, cost)) continue
    const plain = await evaluate([...others, withoutIncluded(best.proposal)])
    if (plain === undefined || isWorth(best.cost, plain.cost))
      chosen = { proposals: [...others, best.proposal], cost: best.cost }
  }
  return chosen
}

function isWorth(cost: number, plain: number): boolean {
  return cost * WORTH_COVERING <= plain && plain - cost >= LEAST_SPARED
}
