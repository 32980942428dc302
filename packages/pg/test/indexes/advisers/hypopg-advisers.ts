import type pgDriver from 'pg'
import { DedicatedClient } from '../../../src/actions/dedicated-client.ts'
import { loadGrammar } from '../../../src/grammar.ts'
import { readRelation, type Column, type Table } from '../../../src/indexes/catalog.ts'
import type { CostWith } from '../../../src/indexes/evaluation.ts'
import { explain } from '../../../src/indexes/explain.ts'
import { bodyOf, type IndexDefinition } from '../../../src/indexes/index-definition.ts'
import { keyOfColumn } from '../../../src/indexes/proposals.ts'
import { usesOf } from '../../../src/indexes/statement-uses.ts'
import { namesOf, walk } from '../../../src/indexes/tree.ts'
import { WhatIf } from '../../../src/indexes/what-if.ts'
import { originOfPool } from '../../../src/signals/origin.ts'
import type { SlowCase } from '../corpus/slow-case.ts'
import type { Adviser, Answered } from './adviser.ts'

// The answers that HypoPG gives by itself: indexes of one and of two columns that the statement names. dexter asks it like `together`, with plans
// for any values where it reads pg_stat_statements. Its rules are in lib/dexter/indexer.rb of github.com/ankane/dexter.

const WORTH = 0.5
const LEAST_COST = 100
/** A plan that uses more has not found the one that is missing. */
const MOST_INDEXES = 2

interface Asked {
  readonly before: number
  readonly singles: readonly IndexDefinition[]
  readonly pairs: readonly IndexDefinition[]
  costWith(indexes: readonly IndexDefinition[]): Promise<CostWith>
}

/** Each index by itself: the cheapest, and one column where two are hardly cheaper. */
async function oneByOne({ before, singles, pairs, costWith }: Asked): Promise<readonly IndexDefinition[]> {
  const cheapest = async (indexes: readonly IndexDefinition[]): Promise<{ cost: number; index?: IndexDefinition }> => {
    let best: { cost: number; index?: IndexDefinition } = { cost: before }
    for (const index of indexes) {
      const { cost, used } = await costWith([index])
      if (used.length > 0 && cost < best.cost) best = { cost, index }
    }
    return best
  }
  const [one, two] = [await cheapest(singles), await cheapest(pairs)]
  const { cost, index } = two.cost < one.cost * WORTH ? two : one
  return index !== undefined && before >= LEAST_COST && cost < before * WORTH ? [index] : []
}

/** All indexes of one column, then those of two beside them: the ones that the planner takes. */
async function together({ before, singles, pairs, costWith }: Asked): Promise<readonly IndexDefinition[]> {
  if (before < LEAST_COST) return []
  const one = await costWith(singles)
  const two = await costWith([...singles, ...pairs])
  const isTwoBetter = one.cost > LEAST_COST && two.cost < one.cost * WORTH && two.used.length === 1
  const used = isTwoBetter ? two.used : one.used
  const isWorth = isTwoBetter || one.cost < before * WORTH
  return isWorth && used.length <= MOST_INDEXES ? used : []
}

async function ask(
  pool: pgDriver.Pool,
  { text, values = [], searchPath }: SlowCase,
  knowsValues: boolean,
  choose: (asked: Asked) => Promise<readonly IndexDefinition[]>,
): Promise<readonly Answered[]> {
  const client = await DedicatedClient.connect(originOfPool(pool as never), new AbortController().signal, () => {})
  try {
    return await client.inReadOnlyTransaction(async () => {
      await client.query("SELECT set_config('search_path', $1, true)", [searchPath ?? 'public'])
      const grammar = (await loadGrammar())!
      const tree = grammar.statements(text)![0]!
      const { uses } = await usesOf(tree, values, grammar, (schema, name) => readRelation(client, schema, name))
      const named = new Set<string>()
      walk(tree, ({ kind, fields }) => {
        if (kind === 'ColumnRef') named.add(namesOf(fields['fields']).at(-1)!)
        return true
      })
      const tables = [...new Map(uses.map(({ table }) => [table.oid, table])).values()]
      const columnsOf = (table: Table): readonly Column[] =>
        [...table.columns.values()].filter(({ name, type }) => named.has(name) && !/^jsonb?$/.test(type))
      const definition = (table: Table, ...columns: readonly Column[]): IndexDefinition => ({
        table,
        method: 'btree',
        keys: columns.map(column => ({ key: keyOfColumn(column), order: '' })),
      })
      const statement = { text, values: knowsValues || values.length === 0 ? values : undefined }
      const before = (await explain(client, statement))?.['Total Cost'] ?? 0
      const whatIf = (await WhatIf.of(client)).whatIf!
      const chosen = await choose({
        before,
        singles: tables.flatMap(table => columnsOf(table).map(column => definition(table, column))),
        pairs: tables.flatMap(table =>
          columnsOf(table).flatMap(first =>
            columnsOf(table).flatMap(second => (first === second ? [] : [definition(table, first, second)])),
          ),
        ),
        costWith: async indexes => (await whatIf.costWith(statement, indexes)) ?? { cost: before, used: [] },
      })
      return chosen
        .filter(index => !isThere(index))
        .map((index, at) => ({
          body: `${index.table.name.replace(/^\w+\./, '')} ${bodyOf(index)}`,
          create: `CREATE INDEX CONCURRENTLY IF NOT EXISTS hypothetical_${at} ON ${index.table.name} ${bodyOf(index)}`,
          undo: `DROP INDEX ${index.table.quotedSchema}.hypothetical_${at}`,
        }))
    })
  } finally {
    await client.close()
  }
}

/** The table has an index that begins with these columns. */
function isThere({ table, keys }: IndexDefinition): boolean {
  const wanted = keys.map(({ key }) => key.column!.number)
  return table.indexes.some(({ columns }) => wanted.every((number, at) => columns[at] === number))
}

/** HypoPG's, for the values of the application and for any. */
export const HYPOPG_ADVISERS: readonly Adviser[] = [
  { name: 'HypoPG, one by one, values', choose: oneByOne, knowsValues: true },
  { name: 'HypoPG, one by one, any values', choose: oneByOne, knowsValues: false },
  { name: 'HypoPG as dexter asks it, values', choose: together, knowsValues: true },
  { name: 'HypoPG as dexter asks it, any values', choose: together, knowsValues: false },
].map(({ name, choose, knowsValues }) => ({
  name,
  usesHypopg: true,
  advise: (pool, slow) => ask(pool, slow, knowsValues, choose),
}))
