import type { Grammar, Tree } from '../grammar.ts'
import { readRelation, type Column, type Table } from '../indexes/catalog.ts'
import type { Server } from '../indexes/server.ts'
import { usesOf } from '../indexes/statement-uses.ts'
import type { Comparison, Condition } from '../indexes/table-use.ts'
import { fieldsOf, nodeOf, walk } from '../indexes/tree.ts'

/** What a parameter of a statement is compared with. */
export interface ComparedParameter {
  readonly table: Table
  readonly column: Column
  readonly comparison: Comparison
  /** It bounds the values from below, or from above. */
  readonly side?: 'below' | 'above'
  /** The statement bounds the column on both sides. */
  readonly isWithin: boolean
}

/** The parameters of a statement that are compared with columns, by number, and those of LIMIT and OFFSET. */
export interface ReadParameters {
  readonly compared: ReadonlyMap<number, ComparedParameter>
  readonly limits: ReadonlySet<number>
  readonly offsets: ReadonlySet<number>
}

/** A value for which a pattern is read as one that looks anywhere in a text: the actual one is not known. */
const ANYWHERE = '%text%'
/** Whether the server has the class does not matter here. */
const TRIGRAMS = 'gin_trgm_ops'

export async function readParameters(
  server: Server,
  tree: Tree,
  grammar: Grammar,
  count: number,
): Promise<ReadParameters> {
  const find = (schema: string | undefined, relation: string): ReturnType<typeof readRelation> =>
    readRelation(server, schema, relation)
  const patterns = Array.from({ length: count }, () => ANYWHERE)
  const { uses } = await usesOf(tree, patterns, grammar, find, TRIGRAMS)
  const compared = new Map<number, ComparedParameter>()
  for (const { table, conditions, alternatives } of uses) {
    const all = [...conditions, ...alternatives.flat()]
    for (const condition of all) {
      const column = condition.key?.columns[0]
      if (column === undefined) continue
      for (const [number, side] of numbersOf(condition)) {
        const others = all.filter(each => each !== condition && each.key?.columns[0]?.number === column.number)
        const isWithin =
          side !== undefined &&
          [condition, ...others].some(each => [...numbersOf(each).values()].some(other => other && other !== side))
        compared.set(number, { table, column, comparison: condition.comparison, isWithin, ...(side && { side }) })
      }
    }
  }
  return { compared, ...limitsOf(tree) }
}

/** The parameters of a condition, with the side on which they bound the column. */
function numbersOf(condition: Condition): ReadonlyMap<number, ComparedParameter['side'] | undefined> {
  const found: number[] = []
  const sql = condition.sql?.(number => {
    found.push(number)
    return `$${number}`
  })
  if (sql === undefined) return new Map()
  const operand = (number: number): string => `\\(?\\$${number}\\b`
  return new Map(
    found.map(number => {
      if (condition.comparison !== 'range') return [number, undefined]
      if (new RegExp(`(?:>=? |BETWEEN )${operand(number)}|${operand(number)}[^<>]* <=? `).test(sql))
        return [number, 'below']
      return [number, 'above']
    }),
  )
}

function limitsOf(tree: Tree): Pick<ReadParameters, 'limits' | 'offsets'> {
  const [limits, offsets] = [new Set<number>(), new Set<number>()]
  walk(tree, ({ kind, fields }) => {
    if (kind !== 'SelectStmt') return true
    addParameter(limits, fields['limitCount'])
    addParameter(offsets, fields['limitOffset'])
    return true
  })
  return { limits, offsets }
}

function addParameter(numbers: Set<number>, value: unknown): void {
  const node = nodeOf(value)
  if (node?.kind === 'TypeCast') return addParameter(numbers, node.fields['arg'])
  const number = node?.kind === 'ParamRef' ? fieldsOf(node.fields)['number'] : undefined
  if (typeof number === 'number') numbers.add(number)
}
