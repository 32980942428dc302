import { isNarrow } from './covering.ts'
import { tableOf, type Finding } from './finding.ts'
import { beginsWith, bodyOf, heldColumns, indexName, type IndexDefinition } from './index-definition.ts'
import { reorderEqual } from './reordered-findings.ts'

/** What the findings of several statements have in common gets one index. */
export function mergeFindings(findings: readonly Finding[]): readonly Finding[] {
  return mergeCovering(reorderEqual(findings))
}

/** Findings whose indexes one index serves get that one: it has the longer keys, and holds beside them what either holds. */
function mergeCovering(findings: readonly Finding[]): readonly Finding[] {
  for (const own of findings.filter(({ definition }) => definition.included))
    for (const other of findings) {
      const definition = tableOf(own) === tableOf(other) ? joined(own.definition, other.definition) : undefined
      if (definition === undefined) continue
      const body = bodyOf(definition)
      const both = [own, other].map(each => ({ body: bodyOf(each.definition), name: each.name }))
      const name = both.find(each => each.body === body)?.name ?? indexName(definition)
      const isOneOfBoth = (each: Finding): boolean =>
        tableOf(each) === tableOf(own) && both.some(one => one.body === bodyOf(each.definition))
      // There is one index less with each step.
      return mergeCovering(findings.map(each => (isOneOfBoth(each) ? { ...each, definition, name } : each)))
    }
  return findings
}

/** Undefined where they are one index already, where the keys of the second do not begin with those of the first, and where it becomes too wide. */
function joined(own: IndexDefinition, other: IndexDefinition): IndexDefinition | undefined {
  if (!beginsWith(other, own) || bodyOf(own) === bodyOf(other)) return undefined
  const { included: _, ...keys } = other
  const held = heldColumns(keys)
  const both = [...(own.included ?? []), ...(other.included ?? [])].filter(({ number }) => !held.has(number))
  const included = [...new Map(both.map(column => [column.number, column])).values()].toSorted(
    (a, b) => a.number - b.number,
  )
  const definition = included.length === 0 ? keys : { ...keys, included }
  return isNarrow(definition) ? definition : undefined
}
