import type { Tree } from '../grammar.ts'
import { print, type Printing } from './print.ts'
import { referencesOf, resolve, type Scope } from './scope.ts'
import type { Key, TableUse } from './table-use.ts'
import { fieldsOf, namesOf, nodeOf, nodesOf, operatorOf, textOf, walk, type Node } from './tree.ts'

/** Types that btree cannot sort. */
const UNSORTABLE = new Set('json xml point line lseg box path polygon circle tsquery tsvector aclitem'.split(' '))

/** The key of an expression over one table alone. */
export function keyOf(value: unknown, use: TableUse, scope: Scope): Key | undefined {
  const { columns, hasUnknown, hasSubquery, hasParameter } = referencesOf(value, scope)
  if (columns.length === 0 || hasUnknown || hasSubquery || hasParameter) return undefined
  if (columns.some(reference => reference.use !== use)) return undefined
  const sql = print(value, printingFor(use, scope))
  if (sql === undefined || holdsValue(value)) return undefined
  const node = nodeOf(value)
  const isColumn = node?.kind === 'ColumnRef'
  const own = columns.map(({ column }) => column)
  // The cast of varchar to text is free, and the index on the column serves it.
  const isText = node?.kind === 'TypeCast' && own[0]?.type === 'varchar' && / *::text$/.test(sql)
  const column = isColumn || isText ? own[0] : undefined
  if (column && UNSORTABLE.has(column.type) && column.type !== 'tsvector') return undefined
  return {
    sql: column
      ? column.quoted
      : node?.kind === 'FuncCall'
        ? sql
        : sql.startsWith('(') && node?.kind !== 'TypeCast'
          ? sql
          : `(${sql})`,
    columns: own,
    column,
    functions: column ? [] : functionsIn(value),
  }
}

/** Prints columns of one table, and of no other. */
export function printingFor(use: TableUse, scope: Scope): Printing {
  return {
    column: names => {
      const found = resolve(names, scope)
      return found?.use === use ? found.column.quoted : undefined
    },
    parameter: number => `$${number}`,
  }
}

/** Texts that name a part of a value, and are no value themselves: `meta ->> 'kind'`, `date_trunc('day', at)`. */
const NAMING = /^(?:->|->>|#>|#>>|date_trunc|date_part|extract|timezone|to_tsvector)$/

/** The definition of an index is shown outside of the process, so it holds no value of a statement. */
function holdsValue(value: unknown): boolean {
  let [texts, names] = [0, 0]
  const isText = (node: Node | undefined): boolean => node?.kind === 'A_Const' && !isTrivial(node.fields)
  walk(value, node => {
    if (isText(node)) texts++
    const { kind, fields } = node
    if (kind === 'A_Expr' && NAMING.test(operatorOf(fields)) && isText(nodeOf(fields['rexpr']))) names++
    if (
      kind === 'FuncCall' &&
      NAMING.test(namesOf(fields['funcname']).at(-1) ?? '') &&
      isText(nodesOf(fields['args'])[0])
    )
      names++
    return true
  })
  return texts > names
}

/** 0, 1, NULL, true, false and the empty text say nothing about anybody. */
function isTrivial(fields: Tree): boolean {
  if (fields['isnull'] !== undefined || fields['boolval'] !== undefined) return true
  if (fields['ival'] !== undefined) return /^[01]?$/.test(textOf(fieldsOf(fields['ival'])['ival']))
  return fields['sval'] !== undefined && textOf(fieldsOf(fields['sval'])['sval']) === ''
}

/** The functions, casts and operators whose result may depend on more than their arguments. */
function functionsIn(value: unknown): readonly string[] {
  const found: string[] = []
  walk(value, ({ kind, fields }) => {
    if (kind === 'FuncCall') found.push(namesOf(fields['funcname']).at(-1) ?? '')
    if (kind === 'TypeCast') found.push(`::${namesOf(fieldsOf(fields['typeName'])['names']).at(-1)}`)
    if (kind === 'A_Expr') found.push(`operator ${operatorOf(fields)}`)
    if (kind === 'SQLValueFunction') found.push('now')
    return true
  })
  return found
}
