import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bodiesOf, receiptFor } from './advice-of.ts'

describe('indexes on expressions', () => {
  let db: Postgres
  let pool: pgDriver.Pool

  beforeAll(async () => {
    db = await startPostgres()
    pool = new pgDriver.Pool({ connectionString: db.url, max: 2 }).on('error', () => {})
    await pool.query(`CREATE TABLE article AS SELECT i AS id, md5(i::text) AS title, md5(i::text) || ' ' || md5((i + 1)::text) AS body,
      jsonb_build_object('kind', i::text, 'alice@example.com', i, 'person', jsonb_build_object('name', i)) AS meta FROM generate_series(1, 11000) i`)
    await pool.query('ANALYZE article')
  })
  afterAll(async () => {
    await pool.end()
    await db.stop()
  })

  it.each([
    ["to_tsvector('english', body) @@ to_tsquery('english', $1)", "USING gin (to_tsvector('english', body))"],
    [
      "to_tsvector('english'::regconfig, body) @@ to_tsquery($1)",
      "USING gin (to_tsvector(('english')::regconfig, body))",
    ],
    [
      "to_tsvector('simple', coalesce(title, '') || ' ' || coalesce(body, '')) @@ to_tsquery('simple', $1)",
      "USING gin (to_tsvector('simple', ((COALESCE(title, '') || ' ') || COALESCE(body, ''))))",
    ],
    [
      "to_tsvector('pg_catalog.english', meta) @@ to_tsquery($1)",
      "USING gin (to_tsvector('pg_catalog.english', meta))",
    ],
    ["meta ->> 'kind' = $1", "((meta ->> 'kind'))"],
    ["meta #>> '{person,name}' = $1", "((meta #>> '{person,name}'))"],
    ["meta ->> 'first-name' = $1", "((meta ->> 'first-name'))"],
    ['substring(title FROM 1 FOR 5) = $1', '(SUBSTRING(title FROM 1 FOR 5))'],
    ["split_part(title, '-', 2) = $1", "(split_part(title, '-', 2))"],
    ["lower(title || ', ' || body) = $1", "(lower(((title || ', ') || body)))"],
  ])('are advised where Postgres can build them: %s', async (condition, body) => {
    const { advice } = await receiptFor(pool, { text: `SELECT id FROM article WHERE ${condition}`, values: ['4711'] })
    expect(bodiesOf(advice)).toEqual([`article ${body}`])
    await pool.query(`BEGIN; CREATE INDEX ON article ${body}; ROLLBACK`)
  })

  it.each([
    ['to_tsvector($2::regconfig, body) @@ to_tsquery($1)', 'a parameter'],
    ["to_tsvector('english', concat_ws(' ', title, body)) @@ to_tsquery($1)", 'what depends on a setting'],
    ['to_tsvector(body) @@ to_tsquery($1)', 'a configuration that is a setting'],
    ["to_tsvector('english', (SELECT b.title FROM article b LIMIT 1) || body) @@ to_tsquery($1)", 'a query'],
    ["to_tsvector('english', regexp_replace(body, 'alice@example.com', '')) @@ to_tsquery($1)", 'a value'],
    ["to_tsvector('english', replace(body, 'alice', '')) @@ to_tsquery($1)", 'a value that looks like a name'],
    ["meta ->> 'alice@example.com' = $1", 'a key that is a value'],
    ["meta #>> '{person,alice@example.com}' = $1", 'a path with a value'],
    ["lower('alice' || title) = $1", 'a value in a comparison'],
    ["meta ->> 'a1b2c3d4-e5f6-11aa' = $1", 'a key that looks like an identifier'],
    ["meta ->> 'k41111111alice' = $1", 'a key with a number'],
    ["meta ->> 'Alice-Smith' = $1", 'a key with two capital letters'],
    ["meta -> 41111111 ->> 'alice' = $1", 'a place that is a number of somebody'],
    ["meta #>> ARRAY['person', 'alice@example.com'] = $1", 'a path of which a part is a value'],
    ["jsonb_extract_path_text(meta, 'person', 'alice@example.com') = $1", 'a path to a value'],
    ["split_part(title, 'alice', 2) = $1", 'a value beside a place'],
    ["(SELECT replace(article.title, 'alice', '')) = $1", 'a value in a query'],
  ])('are not advised over %s: %s', async condition => {
    const values = condition.includes('$2') ? ['4711', 'english'] : ['4711']
    const receipt = await receiptFor(pool, { text: `SELECT id FROM article WHERE ${condition}`, values })
    expect(receipt.effects).toMatchObject({ plans: 1, indexes: 0 })
    expect(JSON.stringify(receipt)).not.toContain('alice')
  })

  it.each([
    ["replace(title, 'alice', '')", 'own = $1', 'computed with a value'],
    ["replace(title, 'alice', '')", "own || '' = $1", 'computed of what was computed with a value'],
    ['count(*)', 'own = $1', 'counted'],
    ['string_agg(title, body)', 'own = $1', 'put together of many'],
    ['random()', 'own = $1', 'drawn'],
    ['generate_series(1, id)', 'own = $1', 'many of one'],
  ])('are not advised over what a query within has %s AS own WHERE %s: %s', async (value, condition) => {
    const text = `SELECT * FROM (SELECT ${value} AS own FROM article) within WHERE ${condition}`
    const receipt = await receiptFor(pool, { text, values: ['4711'] })
    expect(receipt.effects).toMatchObject({ plans: 1, indexes: 0 })
    expect(JSON.stringify(receipt)).not.toContain('alice')
  })
})
