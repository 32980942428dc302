import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DedicatedClient } from '../../src/actions/dedicated-client.ts'
import { functionWithEffects, namesInText } from '../../src/indexes/effects.ts'
import { originOfPool } from '../../src/signals/origin.ts'

describe('functions behind a statement, without the grammar', () => {
  let db: Postgres
  let pool: pgDriver.Pool
  let client: DedicatedClient

  beforeAll(async () => {
    db = await startPostgres()
    pool = new pgDriver.Pool({ connectionString: db.url, max: 1 }).on('error', () => {})
    await pool.query('CREATE TYPE address AS (city text, zip text); CREATE SCHEMA "Other.Place"')
    await pool.query('CREATE TABLE person (id int, addr address, numbers int[])')
    await pool.query('CREATE FUNCTION own() RETURNS int LANGUAGE plpgsql STABLE AS $f$BEGIN RETURN 1; END$f$')
    await pool.query('CREATE TABLE "Other.Place"."Target" (id int, n int DEFAULT own())')
    await pool.query('CREATE VIEW "Other.Place".seen AS SELECT id FROM person WHERE id = own()')
    client = await DedicatedClient.connect(originOfPool(pool as never), new AbortController().signal, () => {})
  })
  afterAll(async () => {
    await client.close()
    await pool.end()
    await db.stop()
  })
  const found = (text: string): Promise<string | undefined> =>
    client.inReadOnlyTransaction(() => functionWithEffects(client, namesInText(text)))

  it.each([
    "SELECT id FROM person WHERE (addr).city = 'x'",
    'SELECT id FROM person p WHERE (p.addr)."city" = \'x\' AND numbers[1] = 3',
    'SELECT (ARRAY[1, 2])[1], ($1).city, (person.addr).* FROM person',
    'UPDATE person SET id = 5 WHERE id = 6',
  ])('finds none in %s', async text => {
    expect(await found(text)).toBeUndefined()
  })

  it.each([
    'SELECT id FROM person WHERE id = own()',
    'SELECT id FROM "Other.Place".seen',
    'INSERT INTO "Other.Place"."Target" SELECT id FROM person',
    'WITH x AS (INSERT INTO "Other.Place"."Target" (id) SELECT id FROM person RETURNING id) SELECT * FROM x',
    'UPDATE "Other.Place"."Target" SET n = DEFAULT WHERE id = 5',
  ])('finds it in %s', async text => expect(await found(text)).toBe('own'))
})
