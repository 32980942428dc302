import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DedicatedClient } from '../../src/actions/dedicated-client.ts'
import { loadGrammar, type Grammar } from '../../src/grammar.ts'
import { abilitiesFor } from '../../src/indexes/abilities.ts'
import { readRelation } from '../../src/indexes/catalog.ts'
import { CostModel } from '../../src/indexes/cost-model.ts'
import { coveringProposals } from '../../src/indexes/covering.ts'
import { explain } from '../../src/indexes/explain.ts'
import { bodyOf } from '../../src/indexes/index-definition.ts'
import { readPlannerCosts } from '../../src/indexes/planner-costs.ts'
import { proposalsFor } from '../../src/indexes/proposals.ts'
import { Selectivity } from '../../src/indexes/selectivity.ts'
import { usesOf } from '../../src/indexes/statement-uses.ts'
import { WhatIf } from '../../src/indexes/what-if.ts'
import { originOfPool } from '../../src/signals/origin.ts'
import type { Sent } from './advice-of.ts'

const TABLES = [
  'CREATE EXTENSION hypopg',
  `CREATE TABLE visit AS SELECT i AS id, i % 3000 AS shop_id, (i * 7919) % 50000 AS user_id, i % 400 = 0 AS flagged, NULLIF(i % 5, 0) AS step,
    timestamptz '2026-01-01' + i * interval '1 minute' AS made_at, 'code' || i AS code, repeat('n', 90) AS note FROM generate_series(1, 100000) i`,
  "CREATE TABLE shop AS SELECT i AS id, i % 50 AS region, 'shop' || i AS name FROM generate_series(1, 3000) i",
  'ALTER TABLE shop ADD PRIMARY KEY (id)',
  'VACUUM ANALYZE visit, shop',
]

const STATEMENTS: readonly (Sent & { readonly name: string })[] = [
  { name: 'few rows, anywhere', text: 'SELECT * FROM visit WHERE user_id = $1', values: [77] },
  { name: 'rows in the order of the table', text: "SELECT * FROM visit WHERE made_at < '2026-01-03'" },
  { name: 'a flag, whose order is nearly that of the table', text: 'SELECT * FROM visit WHERE flagged' },
  { name: 'the index alone', text: 'SELECT count(*) FROM visit v WHERE v.shop_id = 5 AND v.user_id > 100' },
  { name: 'a range behind a range', text: 'SELECT * FROM visit WHERE user_id < 400 AND shop_id < 300' },
  { name: 'the beginning of a text', text: 'SELECT * FROM visit WHERE code LIKE $1', values: ['code7777%'] },
  {
    name: 'first in an order',
    text: 'SELECT * FROM visit WHERE shop_id = 9 ORDER BY made_at DESC LIMIT 2',
  },
  {
    name: 'looked up for the rows of a join',
    text: "SELECT * FROM shop JOIN visit ON visit.shop_id = shop.id WHERE shop.name = 'shop7'",
  },
  {
    name: 'looked up for each row of a query around',
    text: 'SELECT id, (SELECT count(*) FROM visit WHERE visit.shop_id = shop.id AND flagged) FROM shop WHERE region = 3',
  },
  { name: 'covered rows', text: 'SELECT sum(step) FROM visit WHERE shop_id = 5' },
  {
    name: 'covered rows of a range',
    text: 'SELECT step, count(*) FROM visit WHERE user_id BETWEEN 200 AND 900 GROUP BY step',
  },
  {
    name: 'covered rows for each row of a query around',
    text: 'SELECT id, (SELECT sum(step) FROM visit WHERE visit.shop_id = shop.id AND flagged) FROM shop WHERE region = 3',
  },
  {
    name: 'covered rows of a join',
    text: 'SELECT shop.name, sum(visit.step) FROM shop JOIN visit ON visit.shop_id = shop.id WHERE shop.region = 3 GROUP BY shop.name',
  },
  { name: 'either of two', text: 'SELECT * FROM visit WHERE user_id = 5 OR shop_id = 7' },
]

describe('the cost model', () => {
  let db: Postgres
  let pool: pgDriver.Pool
  let client: DedicatedClient
  let grammar: Grammar

  beforeAll(async () => {
    // VACUUM marks a page as all-visible when the transactions that wrote it are on disk.
    db = await startPostgres({ hypopg: true, settings: { synchronous_commit: 'on' } })
    pool = new pgDriver.Pool({ connectionString: db.url, max: 1 }).on('error', () => {})
    for (const table of TABLES) await pool.query(table)
    client = await DedicatedClient.connect(originOfPool(pool as never), new AbortController().signal, () => {})
    grammar = (await loadGrammar())!
  })
  afterAll(async () => {
    await client.close()
    await pool.end()
    await db.stop()
  })

  async function costs({ text, values = [] }: Sent): Promise<[body: string, model: number, planner: number][]> {
    const plan = (await explain(client, { text, values }))!
    const tree = grammar.statements(text)![0]!
    const { uses } = await usesOf(tree, values, grammar, (schema, name) => readRelation(client, schema, name))
    const selectivity = new Selectivity(client, values)
    const model = new CostModel({ plan, uses }, selectivity, await readPlannerCosts(client))
    const whatIf = (await WhatIf.of(client)).whatIf!
    const abilities = await abilitiesFor(client, uses)
    const found: [string, number, number][] = []
    const proposals = uses.flatMap(use => [...proposalsFor(use, abilities, 8), ...coveringProposals(use, abilities)])
    for (const proposal of proposals) {
      const asked = await whatIf.costWith({ text, values }, proposal.indexes)
      // Where the planner does not want it, there is nothing to compare.
      if (asked === undefined || asked.used.length < proposal.indexes.length) continue
      const own = await model.costWith([proposal])
      found.push([proposal.indexes.map(bodyOf).join(), own.cost, asked.cost])
    }
    return found
  }

  it.each(STATEMENTS)('says what the planner says: $name', async statement => {
    const all = await client.inReadOnlyTransaction(() => costs(statement))
    expect(all.length).toBeGreaterThan(0)
    for (const [body, own, asked] of all) {
      expect(own, `${body}: ${own} for ${asked}`).toBeGreaterThan(asked * 0.75 - 4)
      expect(own, `${body}: ${own} for ${asked}`).toBeLessThan(asked * 1.25 + 4)
    }
  })
})
