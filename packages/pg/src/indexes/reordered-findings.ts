import { tableOf, type Finding } from './finding.ts'
import { groupBy } from './grouping.ts'
import { bodyOf, indexName, type IndexDefinition, type IndexKey } from './index-definition.ts'

/**
 * Puts keys that are compared for equality in the order that another statement needs: their order among each other does not matter, and an index
 * that begins with the keys of another one makes that one superfluous.
 */
export function reorderEqual(findings: readonly Finding[]): readonly Finding[] {
  const groups = groupBy(findings, each => `${tableOf(each)} ${bodyOf(each.definition)}`)
  const reordered = new Map<Finding, Finding>()
  for (const group of groups.values()) {
    const [own] = group
    const equalKeys = Math.min(...group.map(each => each.equalKeys))
    const others = findings
      .filter(other => tableOf(other) === tableOf(own!) && !group.includes(other))
      .toSorted((a, b) => b.statement.totalMs - a.statement.totalMs)
    const definition = others
      .map(other => beginningWith(own!.definition, equalKeys, other.definition))
      .find(each => each !== undefined)
    if (definition === undefined) continue
    for (const each of group) reordered.set(each, { ...each, definition, name: indexName(definition) })
  }
  return findings.map(each => reordered.get(each) ?? each)
}

/** Undefined where it begins with the keys already, or has not all of them among those compared for equality. */
function beginningWith(
  definition: IndexDefinition,
  equalKeys: number,
  { keys, predicate, method }: IndexDefinition,
): IndexDefinition | undefined {
  if (definition.method !== 'btree' || method !== 'btree' || definition.predicate || predicate) return undefined
  const own = definition.keys.map(textOf)
  const wanted = keys.map(textOf)
  if (wanted.length >= own.length || !wanted.every(each => own.indexOf(each) >= 0 && own.indexOf(each) < equalKeys))
    return undefined
  if (wanted.every((each, at) => each === own[at])) return undefined
  return { ...definition, keys: [...keys, ...definition.keys.filter(each => !wanted.includes(textOf(each)))] }
}

function textOf({ key, order }: IndexKey): string {
  return [key.sql, key.operatorClass, order].join(' ')
}
