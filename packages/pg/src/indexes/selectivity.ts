import type { Table } from './catalog.ts'
import { planOf, type PlanNode } from './plan.ts'
import { quoteIdentifier } from './print.ts'
import { attempt, type Server } from './server.ts'
import type { Condition } from './table-use.ts'

/** What the planner takes where it knows nothing. Source: selfuncs.h. */
const GUESSES = { equal: 0.005, list: 0.025, range: 1 / 3, contains: 0.01, other: 1 } as const

/** Judges conditions by themselves: what one index serves, apart from the rest of a statement. */
export class Selectivity {
  readonly #server: Server
  readonly #values: readonly unknown[] | undefined
  readonly #known = new Map<string, Promise<number | undefined>>()

  /** @param values - those that are bound to the statement, where they are known */
  constructor(server: Server, values: readonly unknown[] | undefined) {
    this.#server = server
    this.#values = values
  }

  /**
   * The share of a table's rows that meet all of these conditions.
   *
   * @param how - whether the rows are meant that meet them, or those that an index is searched for to find these
   */
  async shareOf(table: Table, conditions: readonly Condition[], how: 'met' | 'searched' = 'met'): Promise<number> {
    let share = 1
    const asked: Condition[] = []
    for (const condition of conditions) {
      if (condition.isJoin || condition.sql?.(() => '') === undefined) share *= guess(condition)
      else asked.push(condition)
    }
    if (asked.length === 0 || table.rows === 0) return share
    return share * ((await this.#ask(table, asked, how)) ?? asked.reduce((product, each) => product * guess(each), 1))
  }

  /**
   * Counts the rows that meet conditions, and not more than `most`: that many where they cannot be counted in time.
   *
   * @param values - those that are bound to the statement
   */
  countUpTo(most: number, table: Table, conditions: readonly Condition[], values: readonly unknown[]): Promise<number> {
    const { source, places } = sourceOf(table, conditions, 'met')
    const text = `SELECT pg_catalog.count(*)::text AS found FROM (SELECT FROM ${source} LIMIT ${most}) AS counted`
    return attempt(this.#server, async () => {
      const [row] = await this.#server.query(text, bind(places, values))
      return Number(row?.['found'])
    }).catch(() => most)
  }

  /** Has the planner estimate it from its statistics, as it would do for the statement. */
  #ask(table: Table, conditions: readonly Condition[], how: 'met' | 'searched'): Promise<number | undefined> {
    const { source, places } = sourceOf(table, conditions, how)
    if (this.#values === undefined && places.some(each => typeof each === 'number')) return Promise.resolve(undefined)
    const text = `EXPLAIN (FORMAT JSON) SELECT FROM ${source}`
    const key = `${text} ${JSON.stringify(places)}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const asking = attempt(this.#server, async () => {
      const [row] = await this.#server.query(text, bind(places, this.#values))
      const plan = planOf(row)
      if (plan === undefined) return undefined
      // Compared as another type, the values of the column are not those of an index on it.
      const served = conditions.filter(each => !isCast(plan, each))
      if (served.length < conditions.length) return 1
      return Math.min(1, plan['Plan Rows'] / table.rows)
    }).catch(() => undefined)
    this.#known.set(key, asking)
    return asking
  }
}

/** A table and the conditions on it, with placeholders for numbers of parameters and for texts. */
function sourceOf(
  table: Table,
  conditions: readonly Condition[],
  how: 'met' | 'searched',
): { readonly source: string; readonly places: readonly (number | string)[] } {
  const places: (number | string)[] = []
  const placeOf = (sent: number | string): string => {
    if (!places.includes(sent)) places.push(sent)
    return `$${places.indexOf(sent) + 1}`
  }
  const sqlOf = (each: Condition): string =>
    how === 'searched' && each.searched ? each.searched(placeOf) : each.sql!(placeOf)!
  const where = [...new Set(conditions.map(sqlOf))].join(' AND ')
  const only = table.kind === 'partitioned' ? '' : 'ONLY '
  return { source: `${only}${table.name} AS ${quoteIdentifier(table.relation)} WHERE ${where}`, places }
}

function bind(places: readonly (number | string)[], values: readonly unknown[] | undefined): readonly unknown[] {
  return places.map(sent => (typeof sent === 'number' ? values?.[sent - 1] : sent))
}

function isCast(plan: PlanNode, { key }: Condition): boolean {
  const column = key?.column
  if (column === undefined || /^(?:varchar|bpchar|name)$/.test(column.type)) return false
  const filter = `${plan.Filter ?? ''} ${plan['Index Cond'] ?? ''}`
  return (
    filter.includes(`(${column.quoted})::`) || (plan.Plans ?? []).some(child => isCast(child, { key } as Condition))
  )
}

function guess({ comparison, key }: Condition): number {
  const distinct = key?.column?.distinct
  if (distinct !== undefined && distinct > 0) {
    if (comparison === 'equal') return 1 / distinct
    if (comparison === 'list') return Math.min(1, 5 / distinct)
  }
  return GUESSES[comparison]
}
