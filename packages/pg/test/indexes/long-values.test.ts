import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DedicatedClient } from '../../src/actions/dedicated-client.ts'
import { PgInstrumentation } from '../../src/index.ts'
import { loadGrammar } from '../../src/grammar.ts'
import { examine, type Examination } from '../../src/indexes/examination.ts'
import type { Server } from '../../src/indexes/server.ts'
import { originOfPool } from '../../src/signals/origin.ts'

/** As a share of 100, the sample is a little more or less than what it aims at. */
const MOST_PAGES = 2_200

describe('the search for values that are too long for a btree', () => {
  let db: Postgres
  let pool: pgDriver.Pool

  beforeAll(async () => {
    db = await startPostgres()
    pool = new pgDriver.Pool({ connectionString: db.url, max: 2 }).on('error', () => {})
    const columns = '(id int, ref int, kind int, note text, title text)'
    await pool.query(`CREATE TABLE plain ${columns}; CREATE TABLE parts ${columns} PARTITION BY RANGE (id)`)
    await pool.query('CREATE TABLE parts_a PARTITION OF parts FOR VALUES FROM (0) TO (15000)')
    await pool.query('CREATE TABLE parts_b PARTITION OF parts FOR VALUES FROM (15000) TO (40000)')
    // About 4,000 pages, and one value that is stored apart, as a title.
    const rows = `SELECT i, i / 20, i % 7, i || repeat('x', 900), CASE WHEN i = 1 THEN (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 200) n) END
      FROM generate_series(1, 30000) i`
    for (const table of ['plain', 'parts']) await pool.query(`INSERT INTO ${table} ${rows}`)
    await pool.query('ANALYZE')
  }, 60_000)
  afterAll(async () => {
    await pool.end()
    await db.stop()
  })

  /** @param values - those of each run */
  async function examined(text: string, values: readonly unknown[][]): Promise<Examination & { asked: string[] }> {
    const { slowStatements } = new PgInstrumentation()
    const origin = originOfPool(pool as never)
    for (const own of values)
      slowStatements.add({ text, summary: 'SLOW', values: own, durationMs: 100, origin }, Date.now())
    const client = await DedicatedClient.connect(origin, new AbortController().signal, () => {})
    const asked: string[] = []
    const server: Server = {
      query: (own, bound) => {
        asked.push(own)
        return client.query(own, bound)
      },
    }
    const thresholds = { minTableRows: 10_000, maxSelectivity: 0.05 }
    const grammar = await loadGrammar()
    const found = await client.inReadOnlyTransaction(() =>
      examine(server, slowStatements.top(1)[0]!, thresholds, grammar),
    )
    await client.close()
    return { ...found, asked }
  }

  it('reads once what is the same for all values', async () => {
    const text = "SELECT id FROM plain WHERE lower(note) = 'none' AND kind <> $1"
    const { findings, asked } = await examined(text, [[1], [2], [3]])
    expect(findings).not.toEqual([])
    const explained = asked.filter(own => own.startsWith('EXPLAIN') && own.includes(text))
    expect(explained.length).toBeGreaterThan(2)
    const samples = asked.filter(own => own.includes('TABLESAMPLE'))
    const costs = asked.filter(own => own.includes('pg_settings WHERE name = ANY'))
    const trigrams = asked.filter(own => own.includes("extname = 'pg_trgm'"))
    expect([samples.length > 0, new Set(samples).size]).toEqual([true, samples.length])
    expect([costs.length, trigrams.length]).toEqual([1, 1])
  })

  it('reads the values of tables that inherit where the index would hold them', async () => {
    await pool.query('CREATE TABLE heirs () INHERITS (plain); ALTER TABLE heirs ALTER note SET STORAGE EXTERNAL')
    await pool.query(
      "INSERT INTO heirs SELECT i, i, i, repeat('x', 3000), NULL FROM generate_series(1, 2000) i; ANALYZE",
    )
    try {
      const methodsFor = async (from: string): Promise<readonly string[]> => {
        const { findings } = await examined(`SELECT id FROM ${from} WHERE note = $1`, [['x']])
        return findings.map(({ definition }) => definition.method)
      }
      expect(await methodsFor('ONLY plain')).toEqual(['btree'])
      // Its heirs have values that are too long for a btree.
      expect(await methodsFor('plain')).toEqual(['hash'])
    } finally {
      await pool.query('DROP TABLE heirs; ANALYZE')
    }
  })

  it.each(['plain', 'parts'])('reads a sample of %s, and only once for a key', async table => {
    const text = `SELECT id FROM ${table} WHERE note = $1 AND kind = $2 AND ref > $3 ORDER BY id LIMIT 5`
    const { findings, asked } = await examined(text, [['x', 1, 2]])
    const samples = asked.filter(own => own.includes('pg_column_size'))
    expect(findings.map(({ definition }) => definition.keys[0]?.key.sql)).toEqual(['note'])
    expect(samples).toHaveLength(1)
    const { rows } = await pool.query<{ 'QUERY PLAN': readonly { Plan: Record<string, number> }[] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${samples[0]}`,
    )
    const { Plan: plan } = rows[0]!['QUERY PLAN'][0]!
    const pages = plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!
    expect(pages).toBeGreaterThan(1_000)
    expect(pages).toBeLessThan(MOST_PAGES)
  })
})
