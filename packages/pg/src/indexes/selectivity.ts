import type { Table } from './catalog.ts'
import { groupBy } from './grouping.ts'
import { guessedShare } from './guessed-share.ts'
import { planOf, type PlanNode } from './plan.ts'
import { keyOfQuestion, SampledRows, type Filter } from './sampled-rows.ts'
import { attempt, type Server } from './server.ts'
import { sourceOf } from './table-source.ts'
import { directionOf, type Condition, type SortKey, type TableUse } from './table-use.ts'

/** Judges conditions by themselves: what one index serves, apart from the rest of a statement. */
export class Selectivity {
  readonly #server: Server
  readonly #values: readonly unknown[] | undefined
  readonly #sampled: SampledRows
  readonly #known = new Map<string, Promise<number | undefined>>()

  /**
   * @param values - those that are bound to the statement, where they are known
   * @param sampled - what has been counted in samples, with other values as well
   */
  constructor(server: Server, values: readonly unknown[] | undefined, sampled: SampledRows = new SampledRows(server)) {
    this.#server = server
    this.#values = values
    this.#sampled = sampled
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
      if (condition.isJoin || condition.sql?.(() => '') === undefined) share *= await this.#alike(table, condition)
      else asked.push(condition)
    }
    if (table.rows === 0) return share
    const counted = groupBy(asked.filter(isOfExpression), ({ key }) => key!.sql)
    for (const own of counted.values()) share *= await this.#count(table, own, how)
    const planned = asked.filter(each => !isOfExpression(each))
    if (planned.length === 0) return share
    return (
      share *
      ((await this.#ask(table, planned, how)) ?? planned.reduce((product, each) => product * guessedShare(each), 1))
    )
  }

  /**
   * Counts the rows that meet conditions, and not more than `most`: that many where they cannot be counted in time.
   *
   * @param values - those that are bound to the statement
   */
  countUpTo(most: number, table: Table, conditions: readonly Condition[], values: readonly unknown[]): Promise<number> {
    const { where, values: own } = filterOf(conditions, 'met', values)!
    const text = `SELECT pg_catalog.count(*)::text AS found FROM (SELECT FROM ${sourceOf(table)} WHERE ${where} LIMIT ${most}) AS counted`
    return attempt(this.#server, async () => {
      const [row] = await this.#server.query(text, own)
      return Number(row?.['found'])
    }).catch(() => most)
  }

  /**
   * The share of the rows that an index reads in an order before the first that meets all conditions. Undefined where the index checks all
   * of them, and where that takes values that are not known.
   *
   * @param served - the conditions that the index is searched for
   */
  async shareBefore(
    { table, conditions }: TableUse,
    served: readonly Condition[],
    order: readonly SortKey[],
  ): Promise<number | undefined> {
    const printed = conditions.filter(each => !each.isJoin && each.sql?.(() => '') !== undefined)
    const [rest, met] = [false, true].map(is => printed.filter(each => served.includes(each) === is))
    if (rest!.length === 0) return undefined
    const filters = filtersOf([rest!, met!], 'met', this.#values)
    if (filters === undefined) return undefined
    const [wanted, among] = filters.wheres
    return this.#sampled.shareBefore(
      table,
      { wanted: wanted!, among: among || 'true', order: printOrder(order) },
      filters.values,
    )
  }

  /** What is compared with something that is not known. */
  async #alike(table: Table, condition: Condition): Promise<number> {
    const { comparison, key } = condition
    if (comparison !== 'equal' || !isOfExpression(condition)) return guessedShare(condition)
    return this.#sampled.shareAlike(table, key!.sql)
  }

  /** The server would guess. */
  async #count(table: Table, conditions: readonly Condition[], how: 'met' | 'searched'): Promise<number> {
    const filter = filterOf(conditions, how, this.#values)
    const [first] = conditions
    if (filter === undefined) return this.#alike(table, first!)
    return this.#sampled.shareMeeting(table, filter, first!.comparison === 'contains' ? 'searched' : 'compared')
  }

  /** Has the planner estimate it from its statistics, as it would do for the statement. */
  #ask(table: Table, conditions: readonly Condition[], how: 'met' | 'searched'): Promise<number | undefined> {
    const filter = filterOf(conditions, how, this.#values)
    if (filter === undefined) return Promise.resolve(undefined)
    const { where, values } = filter
    const text = `EXPLAIN (FORMAT JSON) SELECT FROM ${sourceOf(table)} WHERE ${where}`
    const key = keyOfQuestion(text, values)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const asking = attempt(this.#server, async () => {
      const [row] = await this.#server.query(text, values)
      const plan = planOf(row)
      if (plan === undefined) return undefined
      // Compared as another type, the values of the column are not those of an index on it.
      const served = conditions.filter(each => !isCast(plan, each))
      if (served.length < conditions.length) return 1
      const found = plan['Plan Rows']
      // The server adds the policies, which are judged by themselves. It never expects less than a row.
      const isApart = table.policies.length > 0 && !conditions.some(each => each.isOfPolicy)
      return Math.min(1, found / Math.max(1, isApart && found > 1 ? table.shownRows : table.rows))
    }).catch(() => undefined)
    this.#known.set(key, asking)
    return asking
  }
}

/**
 * Conditions with placeholders for what is bound to the statement, and for texts; undefined where it needs values that are not known.
 *
 * @param known - the values that are bound to the statement
 */
function filterOf(
  conditions: readonly Condition[],
  how: 'met' | 'searched',
  known: readonly unknown[] | undefined,
): Filter | undefined {
  const { wheres, values } = filtersOf([conditions], how, known) ?? {}
  return values && { where: wheres![0]!, values }
}

/** One for each list, with the same placeholders. */
function filtersOf(
  lists: readonly (readonly Condition[])[],
  how: 'met' | 'searched',
  known: readonly unknown[] | undefined,
): { readonly wheres: readonly string[]; readonly values: readonly unknown[] } | undefined {
  // Numbers of parameters, and texts.
  const places: (number | string)[] = []
  const placeOf = (sent: number | string): string => {
    if (!places.includes(sent)) places.push(sent)
    return `$${places.indexOf(sent) + 1}`
  }
  const sqlOf = (each: Condition): string =>
    how === 'searched' && each.searched ? each.searched(placeOf) : each.sql!(placeOf)!
  const wheres = lists.map(conditions => [...new Set(conditions.map(sqlOf))].join(' AND '))
  if (known === undefined && places.some(each => typeof each === 'number')) return undefined
  return { wheres, values: places.map(sent => (typeof sent === 'number' ? known?.[sent - 1] : sent)) }
}

/** Equal keys come as their rows lie in the table. */
function printOrder(order: readonly SortKey[]): string {
  const place = order[0]?.isDescending ? 'ctid DESC' : 'ctid'
  return [...order.map(each => `${each.key.sql} ${directionOf(each)}`), place].join(', ')
}

/** The server has no statistics of it before it is indexed. */
function isOfExpression({ key }: Condition): boolean {
  return key !== undefined && key.column === undefined
}

function isCast(plan: PlanNode, { key }: Condition): boolean {
  const column = key?.column
  if (column === undefined || column.isOfDomain || /^(?:varchar|bpchar|name)$/.test(column.type)) return false
  const filter = `${plan.Filter ?? ''} ${plan['Index Cond'] ?? ''}`
  return (
    filter.includes(`(${column.quoted})::`) || (plan.Plans ?? []).some(child => isCast(child, { key } as Condition))
  )
}
