import { describe, expect, it } from 'vitest'
import { AdvisedTables } from './advised-tables.ts'

describe('what is computed of values of many types', () => {
  const db = new AdvisedTables([
    // Extensions whose operators Postgres's own functions are behind, and that have operators over lists.
    'CREATE EXTENSION pg_trgm; CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE EXTENSION ltree; CREATE EXTENSION btree_gin; CREATE EXTENSION intarray',
    `CREATE TYPE "order" AS ENUM ('open', 'paid')`,
    `CREATE TABLE parcel AS SELECT i AS id, (i % 5000)::text::money AS price, (1700000000 + i * 300)::float8 AS epoch, date '2000-01-01' + i % 9000 AS born,
      timestamp '2026-01-01' + i * interval '5 minutes' AS made, timestamptz '2026-01-01' + i * interval '5 minutes' AS seen,
      tstzrange(timestamptz '2026-01-01' + i * interval '1 hour', timestamptz '2026-01-01' + (i + 1) * interval '1 hour') AS during,
      ARRAY[timestamptz '2026-01-01' + i * interval '5 minutes'] AS times, ('c' || i % 9000)::char(12) AS code, ('user' || i || '@example.org')::citext AS mail,
      jsonb_build_object('n', i % 9000, 'flag', i % 5000 = 0, 'born', (date '2000-01-01' + i % 9000)::text, 'numbers', '{' || i || '}') AS meta, json_build_object('n', CASE WHEN i % 5000 > 0 THEN i END) AS raw,
      (i % 9000)::text::xid AS version, hstore('k' || i % 5000, 'x') AS labels, ('top.a' || i % 5000)::ltree AS path,
      CASE WHEN i % 5000 = 0 THEN 'paid' ELSE 'open' END::"order" AS state, i % 5000 <> 0 AS line2_ok, CASE WHEN i % 3000 > 0 THEN now() END AS line2_at, decode(md5(i::text), 'hex') AS digest, md5(i::text) AS name FROM generate_series(1, 12000) i`,
    'ALTER TABLE parcel ADD PRIMARY KEY (id); ANALYZE parcel',
  ])
  const advised = (condition: string): Promise<string[]> => db.advised(`SELECT id FROM parcel WHERE ${condition}`)

  it.each([
    ["(meta ->> 'n')::int = 77", "((((meta ->> 'n'))::int4))"],
    ["to_timestamp(epoch) > '2023-12-26 14:00'", '(to_timestamp(epoch))'],
    ["lower(during) = '2026-03-03'", '(lower(during))'],
    ["times[1] = '2026-02-02'", '(((times)[1]))'],
    ["COALESCE(seen, line2_at) = '2026-02-02'", '((COALESCE(seen, line2_at)))'],
    ["GREATEST(born, made) < '2026-01-01 01:00'", '((GREATEST(born, made)))'],
    ["seen - line2_at < interval '-1000 years'", '((seen - line2_at))'],
    ["meta #>> ARRAY['n'] = '77'", "((meta #>> ARRAY['n']))"],
    ["meta #>> ARRAY['n']::text[] = '77'", "((meta #>> (ARRAY['n'])::text[]))"],
    ["jsonb_extract_path_text(meta, 'n') = '77'", "(jsonb_extract_path_text(meta, 'n'))"],
    ["encode(digest, 'hex') = md5('77')", "(encode(digest, 'hex'))"],
    ["raw ->> 'n' IS NULL", "((raw ->> 'n'))"],
    ['code COLLATE "C" LIKE \'c777%\'', '((code COLLATE "C") bpchar_pattern_ops)'],
    ["mail::text = 'user7@example.org'", '(((mail)::text))'],
    ["mail::text ILIKE '%user777%'", 'USING gin (((mail)::text) public.gin_trgm_ops)'],
    ['\'{"n": 77}\' <@ meta', 'USING gin (meta jsonb_path_ops)'],
    ["name LIKE ANY (ARRAY['%abcde%', '%12345%'])", 'USING gin (name public.gin_trgm_ops)'],
    ["labels @> 'k77=>x'", 'USING gin (labels)'],
    ["path <@ 'top.a77'", 'USING gist (path)'],
    ['state = \'paid\'::"order"', '(state)'],
    ['NOT COALESCE(line2_ok, false)', '((COALESCE(line2_ok, false)))'],
    ["(meta ->> 'flag')::boolean", "((((meta ->> 'flag'))::bool))"],
    ['line2_ok IS NOT TRUE', '(id) WHERE line2_ok IS NOT TRUE'],
  ])('is indexed where Postgres can build that: %s', async (condition, body) => {
    expect(await advised(condition)).toEqual([`parcel ${body}`])
    await db.pool.query(`BEGIN; CREATE INDEX ON parcel ${body}; ROLLBACK`)
  })

  it.each([
    ["(meta ->> 'born')::date = '2001-01-01'", "(((meta ->> 'born')::date))"],
    ["(meta ->> 'numbers')::int[] = '{77}'", "(((meta ->> 'numbers')::int[]))"],
    ['price::numeric = 77', '((price::numeric))'],
    ["to_timestamp(epoch)::date = '2023-11-20'", '((to_timestamp(epoch)::date))'],
    ["to_timestamp(epoch) + interval '1 day' > '2023-12-26'", "((to_timestamp(epoch) + interval '1 day'))"],
    ["lower(during)::date = '2026-03-03'", '((lower(during)::date))'],
    ["times[1]::date = '2026-02-02'", '((times[1]::date))'],
    ["tstzrange(born, born + 1) @> timestamptz '2001-01-01'", 'USING gist (tstzrange(born, born + 1))'],
    ["COALESCE(born, seen) = '2001-01-01'", '((COALESCE(born, seen)))'],
    ["raw -> 'n' IS NULL", "((raw -> 'n'))"],
    ["version = '77'", '(version)'],
    ["code ILIKE '%c777%'", 'USING gin (code gin_trgm_ops)'],
    ["path ~ '*.a777'", 'USING gin (path gin_trgm_ops)'],
    ['(seen > now()) IS NOT TRUE AND line2_ok IS NULL', '(id) WHERE (seen > now()) IS NOT TRUE'],
    ['seen::date IS NOT NULL AND line2_ok IS NULL', '(id) WHERE seen::date IS NOT NULL'],
  ])('is not indexed where that cannot be built: %s', async (condition, body) => {
    expect((await advised(condition)).filter(each => !/\(line2_ok\)| WHERE line2_ok IS NULL/.test(each))).toEqual([])
    await expect(db.pool.query(`CREATE INDEX ON parcel ${body}`)).rejects.toMatchObject({ code: /^42/ })
  })

  it('is not indexed for what contains the document, which no index finds', async () => {
    expect(await advised('\'{"n": 77}\'::jsonb @> meta')).toEqual([])
  })
})
