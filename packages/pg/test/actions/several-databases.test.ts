import type { Action, Receipt } from '@homeostat/optimizer'
import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createQueryOptimize, type QueryOptimizeOptions } from '../../src/domain.ts'
import { PgInstrumentation } from '../../src/index.ts'
import { originOfPool } from '../../src/signals/origin.ts'

const TABLE =
  "CREATE TABLE item AS SELECT i AS id, i / 20 AS ref, repeat('x', 40) AS pad FROM generate_series(1, 20000) i"

describe('an application with several databases', () => {
  let db: Postgres
  let databases: string[]
  let pools: pgDriver.Pool[]
  let instrumentation: PgInstrumentation
  let action: Action<QueryOptimizeOptions>

  beforeAll(async () => {
    db = await startPostgres({ database: 'sales' })
    databases = [db.database, `${db.database}_stock`]
    pools = databases.map(name => {
      const url = db.url.replace(/\/[^/?]*(?=$|\?)/, `/${name}`)
      return new pgDriver.Pool({ connectionString: url, max: 2 }).on('error', () => {})
    })
    await pools[0]!.query(`CREATE DATABASE ${databases[1]}`)
    for (const pool of pools) {
      await pool.query(TABLE)
      await pool.query('ANALYZE item')
    }
  })
  afterAll(async () => {
    await pools[1]!.end()
    await pools[0]!.query(`DROP DATABASE ${databases[1]}`)
    await pools[0]!.end()
    await db.stop()
  })
  beforeEach(() => {
    instrumentation = new PgInstrumentation()
    action = createQueryOptimize(instrumentation)
  })

  const wasSlow = (pool: pgDriver.Pool, text = 'SELECT * FROM item WHERE ref = $1'): void => {
    const run = {
      text,
      summary: 'SLOW',
      values: text.includes('$2') ? [5, 5] : [5],
      durationMs: 100,
      origin: originOfPool(pool as never),
    }
    instrumentation.slowStatements.add(run, Date.now())
  }
  const optimized = (): Promise<Receipt> => {
    const firing = { alert: 'SlowQueries', labels: {}, annotations: {}, value: 1, since: 0 }
    const { signal } = new AbortController()
    return action.run({ firing, options: undefined, now: Date.now(), signal, sliceMs: 5 })
  }
  const addressOf = (database: string | undefined): string => `${db.host}:${db.port}/${database}`

  it('reads where an index is missing, and which database has it now', async () => {
    for (const pool of pools) wasSlow(pool)
    const { advice = [] } = await optimized()
    const what = 'create an index on public.item (ref) for SLOW in'
    const statement = 'CREATE INDEX CONCURRENTLY IF NOT EXISTS homeostat_item__ref_idx ON public.item (ref) -- in'
    expect(advice.map(each => [each.what, each.statement])).toEqual(
      databases.map(name => [`${what} ${addressOf(name)}`, `${statement} ${addressOf(name)}`]),
    )
    const followed = async (): Promise<unknown> => action.followed?.(advice, { signal: new AbortController().signal })
    expect(await followed()).toEqual([])
    await pools[1]!.query(advice[1]!.statement!)
    expect(await followed()).toEqual([advice[1]])
    await pools[1]!.query('DROP INDEX homeostat_item__ref_idx')
  })

  it('gets both of two indexes of which one would serve the other database as well', async () => {
    wasSlow(pools[0]!)
    wasSlow(pools[1]!, 'SELECT * FROM item WHERE ref = $1 AND id > $2')
    wasSlow(pools[1]!, 'SELECT * FROM item WHERE ref = $1 ORDER BY id LIMIT 1')
    const { advice = [] } = await optimized()
    expect(advice.filter(({ what }) => what.endsWith(addressOf(databases[0])))).toHaveLength(1)
  })

  it('reads of problems where they are', async () => {
    for (const pool of pools) wasSlow(pool, 'SELECT * FROM item WHERE ref IS NOT DISTINCT FROM $1')
    const { problems } = await optimized()
    for (const name of databases) expect(problems?.join()).toContain(`${addressOf(name)}: SLOW: no index serves`)
  })

  it('reads no address when two pools lead to one database', async () => {
    const { host, port, user, password, database } = db
    const other = new pgDriver.Pool({ host, port, user, password, database })
    for (const pool of [pools[0]!, other]) wasSlow(pool)
    const { advice = [] } = await optimized()
    expect(advice.map(({ what }) => what)).toEqual(['create an index on public.item (ref) for SLOW and 1 more'])
    expect(advice[0]?.statement).not.toContain('--')
    await other.end()
  })
})
