import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildIndex, type BuildWatch } from '../../../src/actions/create-index/build.ts'
import { spaceObstacle } from '../../../src/actions/create-index/build-space.ts'
import { settingsOf, type CreateIndexOptions } from '../../../src/actions/create-index/create-index-options.ts'
import { IndexSession } from '../../../src/actions/create-index/index-session.ts'
import { readRelation, type Table } from '../../../src/indexes/catalog.ts'
import type { IndexDefinition } from '../../../src/indexes/index-definition.ts'
import { originOfPool } from '../../../src/signals/origin.ts'
import { watchOf } from './build-watch.ts'

const ROWS = 400_000
const MIB = 2 ** 20

describe('the disk that an index takes', () => {
  let server: Postgres
  let pool: pgDriver.Pool
  let table: Table

  beforeAll(async () => {
    server = await startPostgres({ settings: { maintenance_work_mem: '1MB' } })
    pool = new pgDriver.Pool({ connectionString: server.url, max: 3 }).on('error', () => {})
    await pool.query(`CREATE TABLE orders AS SELECT i AS id, i % 5000 AS shop FROM generate_series(1, ${ROWS}) i`)
    await pool.query('ANALYZE orders')
    // Many values each, and a row at which the build stands still.
    await pool.query('CREATE TABLE docs AS SELECT i AS id FROM generate_series(1, 5000) i')
    await pool.query(
      `CREATE FUNCTION words(id int) RETURNS int[] IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
        IF id = 5000 THEN PERFORM pg_sleep(3600); END IF;
        RETURN ARRAY(SELECT id * 100 + n FROM generate_series(1, 100) n); END $$`,
    )
    table = (await readRelation(asServer(), 'public', 'orders')) as Table
  })
  afterAll(async () => {
    await pool.end()
    await server.stop()
  })

  const asServer = (): {
    query: (text: string, values?: readonly unknown[]) => Promise<Record<string, unknown>[]>
  } => ({
    query: async (text, values = []) => (await pool.query(text, [...values])).rows,
  })
  const definition = (): IndexDefinition =>
    ({
      table,
      method: 'btree',
      keys: [
        { key: { sql: 'shop', column: table.columns.get('shop')!, columns: [table.columns.get('shop')!] }, order: '' },
      ],
    }) as unknown as IndexDefinition
  const obstacle = (options: CreateIndexOptions): Promise<string | undefined> =>
    spaceObstacle(asServer(), definition(), settingsOf({ maxDatabaseShare: 1, ...options }))

  it('is estimated with the files in which it is sorted, against a limit, a share and temp_file_limit', async () => {
    expect(await obstacle({})).toBeUndefined()
    // 20 bytes each and what is left free, once as an index and once in files.
    const peak = (2 * ROWS * 20) / 0.9
    expect(await obstacle({ maxIndexBytes: peak + 1 })).toBeUndefined()
    expect(await obstacle({ maxIndexBytes: peak - 1 })).toBe(
      'it would take about 17 MiB of the disk while it is built, more than pg.createIndex.maxIndexBytes allows (17 MiB)',
    )
    expect(await obstacle({ maxDatabaseShare: 0.1 })).toMatch(
      /^it would take about 17 MiB of the disk while it is built, and the database has \d+ MiB: pg\.createIndex\.maxDatabaseShare is 0\.1$/,
    )
    await pool.query('ALTER SYSTEM SET temp_file_limit = 4096')
    await pool.query('SELECT pg_reload_conf()')
    await expect
      .poll(() => obstacle({}), { timeout: 10_000 })
      .toBe('about 8 MiB would be sorted in files, more than temp_file_limit allows (4 MiB)')
    await pool.query('ALTER SYSTEM RESET temp_file_limit')
    await pool.query('SELECT pg_reload_conf()')
    // The next builds sort in files.
    await expect.poll(() => obstacle({}), { timeout: 10_000 }).toBeUndefined()
  })

  it('is what the estimate says, or less', async () => {
    await pool.query('CREATE INDEX by_shop ON orders (shop)')
    await pool.query('CREATE INDEX by_id ON orders (id)')
    const { rows } = await pool.query<{ shop: number; id: number }>(
      "SELECT pg_relation_size('by_shop')::int AS shop, pg_relation_size('by_id')::int AS id",
    )
    const estimate = (ROWS * 20) / 0.9
    expect(rows[0]!.shop).toBeLessThan(estimate * 1.05)
    expect(rows[0]!.id).toBeLessThan(estimate * 1.05)
    expect(rows[0]!.id).toBeGreaterThan(estimate / 1.5)
  })

  it('ends a build that grows beyond the limit, and takes back an index that is larger once it is there', async () => {
    const origin = originOfPool(pool as never)
    await using session = (await IndexSession.open(origin, () => {}, 600_000)) as IndexSession
    const watch = (maxIndexBytes: number): BuildWatch =>
      watchOf(() => origin, settingsOf({ maxIndexBytes, maxBuildMs: 1_200_000 }), new AbortController().signal)
    const gin = {
      table: { name: 'docs', schema: 'public' },
      method: 'gin',
      keys: [{ key: { sql: 'words(id)' }, order: '' }],
    } as unknown as IndexDefinition
    expect(await buildIndex(session, gin, 'growing', watch(MIB))).toEqual({
      problem: expect.stringMatching(
        /^the build was given up: it takes \d+ MiB, more than pg\.createIndex\.maxIndexBytes allows \(1 MiB\) \(57014\)$/,
      ) as string,
      isTaken: false,
      isTooLarge: true,
    })
    expect(await buildIndex(session, definition(), 'grown', watch(MIB))).toEqual({
      problem: expect.stringMatching(/^the (index was dropped again|build was given up): it takes/) as string,
      isTaken: false,
      isTooLarge: true,
    })
    expect(await buildIndex(session, definition(), 'small', watch(100 * MIB))).toBeUndefined()
  })
})
