import type { IndexDefinition } from './index-definition.ts'
import { servedBy, type Proposal } from './proposals.ts'

/** The cost of a plan with indexes that do not exist, and those that it uses. */
export interface CostWith {
  readonly cost: number
  readonly used: readonly IndexDefinition[]
}

/** Says what a statement would cost; undefined where it cannot. */
export type Evaluate = (proposals: readonly Proposal[]) => Promise<CostWith | undefined>

/** Indexes that together make a statement cheaper. */
export interface Choice {
  readonly proposals: readonly Proposal[]
  readonly cost: number
}

/** As dexter's default: the indexes must at least halve the plan's cost. */
const MIN_GAIN = 0.5
/** What is saved at least, in the planner's units: the reading of a hundred pages. A cheaper plan is not why a statement is slow. */
const LEAST_SAVED = 100
/**
 * The same where an index finds the rows already, and another one spares some of them: about 250 that are fetched from anywhere. A unit takes
 * no more than 0.1 ms, so that fewer are fetched before a call is slow.
 */
export const LEAST_SPARED = 1_000
/** A search that spares fewer rows takes as long as before: the pages of an index that is often searched are in memory. */
const LEAST_SPARED_PER_SEARCH = 16
/** A round that gains less ends the search. */
const WORTH_A_ROUND = 0.05
/** Costs that differ by so little, of each other or of what the statement costs today, are alike; then the narrower index is the better one. */
const ALIKE = 0.2
const ALIKE_OF_TODAY = 0.001
/** An index that is chosen beside others earns its price where the rest would cost so much more without it. */
const WORTH_AN_INDEX = 1.5
const MAX_ROUNDS = 3

/**
 * The best of the proposals: the one that helps most, then the one that helps most beside it. Two tables of a join may each need
 * an index before the statement is faster at all. Undefined where nothing at least halves the cost.
 *
 * @param before - the cost of the plan as it is
 * @param searchesOf - how often the table of a proposal is searched by an index that is there
 */
export async function choose(
  proposals: readonly Proposal[],
  before: number,
  evaluate: Evaluate,
  searchesOf: (proposal: Proposal) => number,
): Promise<Choice | undefined> {
  let chosen: readonly Proposal[] = []
  let cost = before
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const best = await bestBeside(chosen, proposals, { cost, before }, evaluate)
    if (best === undefined) break
    chosen = [...chosen, best.proposal]
    cost = best.cost
  }
  const isWorth = (of: number): boolean => of <= before * (1 - MIN_GAIN)
  if (!isWorth(cost)) return undefined
  // What the first round chose may be superfluous beside what came later.
  for (const proposal of chosen) {
    const rest = chosen.filter(each => each !== proposal)
    const without = rest.length === 0 ? before : ((await evaluate(rest))?.cost ?? Infinity)
    const isSuperfluous = rest.length > 0 && without <= cost * WORTH_AN_INDEX && isWorth(without)
    if (!isSuperfluous && without - cost >= leastSaved(searchesOf(proposal))) continue
    chosen = rest
    cost = without
  }
  return chosen.length > 0 && isWorth(cost) ? { proposals: chosen, cost } : undefined
}

function leastSaved(searches: number): number {
  return searches === 0 ? LEAST_SAVED : Math.max(LEAST_SPARED, searches * LEAST_SPARED_PER_SEARCH)
}

/** The cheapest of the proposals beside those that are chosen; undefined where none is clearly cheaper than `cost`. */
export async function bestBeside(
  chosen: readonly Proposal[],
  proposals: readonly Proposal[],
  { cost, before }: { readonly cost: number; readonly before: number },
  evaluate: Evaluate,
): Promise<{ readonly proposal: Proposal; readonly cost: number } | undefined> {
  const found: { proposal: Proposal; cost: number }[] = []
  for (const proposal of proposals) {
    if (chosen.some(each => each.use === proposal.use)) continue
    const answer = await evaluate([...chosen, proposal])
    const isUsed = answer !== undefined && proposal.indexes.every(index => answer.used.includes(index))
    if (isUsed && answer.cost <= cost * (1 - WORTH_A_ROUND)) found.push({ proposal, cost: answer.cost })
  }
  const least = Math.min(...found.map(each => each.cost))
  const alike = found.filter(each => each.cost - least <= Math.max(least * ALIKE, before * ALIKE_OF_TODAY))
  return alike.toSorted((a, b) => comparePrices(a.proposal, b.proposal) || a.cost - b.cost)[0]
}

/** Proposals that are alike: the narrower comes first, then the one that serves more, then the one whose first column tells rows apart best. */
function comparePrices(a: Proposal, b: Proposal): number {
  return widthOf(a) - widthOf(b) || servedBy(b) - servedBy(a) || distinctOf(b) - distinctOf(a)
}

function distinctOf({ indexes }: Proposal): number {
  return indexes[0]?.keys[0]?.key.column?.distinct ?? 0
}

/** What an index weighs for those who write: its columns, and less where it holds some of the rows only. */
function widthOf({ indexes }: Proposal): number {
  return indexes.reduce(
    (sum, { keys, included = [], predicate, method }) =>
      sum + keys.length + included.length + (method === 'btree' ? 0 : 0.5) - (predicate === undefined ? 0 : 0.25),
    0,
  )
}
