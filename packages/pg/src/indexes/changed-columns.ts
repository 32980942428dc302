import type { Tree } from '../grammar.ts'
import { constantOf, type Values } from './bound-values.ts'
import { asList, namesOf, nodeOf, nodesOf, operatorOf, type Node } from './tree.ts'

/** The columns whose values a statement changes, `all` where it deletes rows. */
export function changedBy({ kind, fields }: Node, values: Values): readonly string[] | 'all' {
  if (kind === 'DeleteStmt') return 'all'
  if (kind === 'UpdateStmt') return changedColumns(fields, values)
  const clauses = nodesOf(fields['mergeWhenClauses']).map(each => each.fields)
  if (clauses.some(({ commandType }) => commandType === 'CMD_DELETE')) return 'all'
  return clauses.filter(({ commandType }) => commandType === 'CMD_UPDATE').flatMap(each => changedColumns(each, values))
}

/**
 * The columns that an UPDATE gives another value. The server looks for no references to a key that stays what it is, as where a row is
 * written as a whole, with the key by which it is found.
 */
function changedColumns(update: Tree, values: Values): readonly string[] {
  // With further tables, a name in the condition may be of another one.
  const found =
    asList(update['fromClause']).length > 0 ? new Map<string, string>() : equalTo(update['whereClause'], values)
  return nodesOf(update['targetList']).flatMap(({ fields }) => {
    const name = String(fields['name'])
    const value = nodeOf(fields['val'])
    const isItself = value?.kind === 'ColumnRef' && namesOf(value.fields['fields']).at(-1) === name
    const sent = sentOf(fields['val'], values)
    return isItself || (sent !== undefined && sent === found.get(name)) ? [] : [name]
  })
}

/** The columns that a condition compares for equality with a value, and the value. */
function equalTo(condition: unknown, values: Values): Map<string, string> {
  const node = nodeOf(condition)
  if (node?.kind === 'BoolExpr' && node.fields['boolop'] === 'AND_EXPR')
    return new Map(asList(node.fields['args']).flatMap(each => [...equalTo(each, values)]))
  if (node?.kind !== 'A_Expr' || node.fields['kind'] !== 'AEXPR_OP' || operatorOf(node.fields) !== '=') return new Map()
  const sides = [node.fields['lexpr'], node.fields['rexpr']]
  const column = sides.map(each => nodeOf(each)).find(each => each?.kind === 'ColumnRef')
  const value = sides.map(each => sentOf(each, values)).find(each => each !== undefined)
  const name = namesOf(column?.fields['fields']).at(-1)
  return new Map(name === undefined || value === undefined ? [] : [[name, value]])
}

/** Tells values apart, those that are not known by their parameters. */
function sentOf(value: unknown, values: Values): string | undefined {
  const node = nodeOf(value)
  if (values === undefined && node?.kind === 'ParamRef') return `$${String(node.fields['number'])}`
  const text = constantOf(value, values)?.text
  return typeof text === 'string' ? ` ${text}` : undefined
}
