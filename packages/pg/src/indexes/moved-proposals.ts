import { textOf, type IndexDefinition } from './index-definition.ts'
import type { Proposal } from './proposals.ts'
import type { TableUse } from './table-use.ts'

/**
 * The same indexes for the statement as it was sent another time. A partial index is left out that has not the rows which are wanted then.
 *
 * @param from - the uses of tables from which they were proposed
 * @param to - those of the other time, in the same order
 */
export function moveProposals(
  proposals: readonly Proposal[],
  from: readonly TableUse[],
  to: readonly TableUse[],
): readonly Proposal[] {
  return proposals.flatMap(proposal => {
    const use = to[from.indexOf(proposal.use)]
    if (use?.table.oid !== proposal.use.table.oid) return []
    const indexes = proposal.indexes.map(index => moveIndex(index, use))
    if (!indexes.every(index => index !== undefined)) return []
    if (proposal.arms === undefined) return [{ indexes, use }]
    const arms = use.alternatives[proposal.use.alternatives.indexOf(proposal.arms)]
    return arms === undefined ? [] : [{ indexes, use, arms }]
  })
}

function moveIndex(index: IndexDefinition, { conditions }: TableUse): IndexDefinition | undefined {
  if (index.predicate === undefined) return index
  const predicate = conditions.find(each => textOf(each) === textOf(index.predicate))
  return predicate && { ...index, predicate }
}
