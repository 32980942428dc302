import pgDriver from 'pg'
import { beforeEach, describe, expect, it } from 'vitest'
import { createQueryCreateIndex, type CreateIndexOptions } from '../../../src/domain.ts'
import { commentOf } from '../../../src/actions/create-index/own-index.ts'
import { ActingDatabase, QUICK } from './acting-database.ts'

const firing = { alert: 'SlowQueries', labels: {}, annotations: {}, value: 1, since: 0 }

describe('query.createIndex creates nothing', () => {
  const db = new ActingDatabase()
  beforeEach(() => db.sendUsual())

  /** Why nothing was created. */
  const whyNot = async (options: CreateIndexOptions = {}): Promise<string> => {
    const { effects, problems = [], undo } = await db.act(options)
    expect(effects).toEqual({ built: 0 })
    expect(undo).toBeUndefined()
    expect(await db.indexes()).toEqual([])
    return problems.join('; ')
  }

  it('in a schema that is not allowed', async () => {
    expect(await whyNot({ schemas: ['private'] })).toContain('its schema is not one of pg.createIndex.schemas')
  })

  it('on a table that is larger or written more often than allowed', async () => {
    expect(await whyNot({ maxTableBytes: 100_000 })).toContain('larger than 100000 bytes')
    expect(await whyNot({ maxIndexBytes: 100_000 })).toContain('more than pg.createIndex.maxIndexBytes allows')
    db.send('INSERT INTO orders SELECT -random() * 1e9, 1, now() FROM generate_series(1, 50)')
    expect(await whyNot({ maxWritesPerSecond: 1 })).toMatch(/\d+ rows are written to the table per second/)
  })

  it('soon after another one, and on a table that has as many of them as allowed', async () => {
    const comment = {
      state: 'kept',
      reason: 'slow SELECT orders',
      fingerprint: '0123456789abcdef',
      since: new Date(),
    } as const
    await db.act()
    // The judge may drop the first one: then the table gets another one of ours.
    if ((await db.indexes()).length === 0) {
      await db.pool.query('CREATE INDEX homeostat_auto_orders_pad_0123456789ab ON orders (customer_id)')
      await db.pool.query(`COMMENT ON INDEX homeostat_auto_orders_pad_0123456789ab IS '${commentOf(comment)}'`)
    }
    const [own] = await db.indexes()
    db.send('SELECT * FROM orders WHERE made_at = $1', () => [new Date()])
    await db.untilSlow('made_at')
    expect((await db.act({ minIntervalMs: 3_600_000 })).problems?.join()).toContain(
      'the last index was begun less than',
    )
    expect((await db.act({ maxPerTable: 1 })).problems?.join()).toContain('has 1 index of query.createIndex already')
    expect(await db.indexes()).toEqual([own])
    await db.pool.query(`DROP INDEX ${own!.name}`)
  })

  it('while a transaction is old or prepared', async () => {
    const client = await db.pool.connect()
    await client.query('BEGIN; SELECT 1')
    await new Promise(resolve => setTimeout(resolve, 5200))
    expect(await whyNot()).toContain('a transaction is older than 5 s')
    await client.query('ROLLBACK')
    client.release()
  })

  it('beside an index that is not valid, whoever has left it', async () => {
    await db.pool.query('INSERT INTO orders VALUES (-1, 1), (-2, 1)')
    await db.pool.query('CREATE UNIQUE INDEX CONCURRENTLY mine ON orders (customer_id)').catch(() => {})
    const { effects, problems } = await db.act()
    expect(effects).toEqual({ built: 0 })
    expect(problems?.join()).toMatch(/not valid|is invalid/)
    expect(await db.indexes()).toMatchObject([{ name: 'mine', valid: false }])
    await db.pool.query('DROP INDEX mine')
  })

  it('where the user of the application does not own the table', async () => {
    await db.pool.query(
      "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD 'r'; GRANT SELECT ON orders, other TO reader; GRANT CREATE ON SCHEMA public TO reader",
    )
    const url = new URL(db.url)
    url.username = 'reader'
    url.password = 'r'
    await db.quiet()
    db.instrumentation.slowStatements.clear()
    const reader = new pgDriver.Pool({ connectionString: url.href, max: 2 }).on('error', () => {})
    for (let call = 0; call < 5; call++) await reader.query('SELECT * FROM orders WHERE customer_id = $1', [call])
    expect(await whyNot()).toContain('does not own the table')
    await reader.end()
    await db.pool.query('DROP TABLE IF EXISTS homeostat_index; DROP OWNED BY reader; DROP ROLE reader')
  })

  it('outside of its window, and without a schema; a response widens neither', () => {
    const hour = new Date().getHours()
    const [from, to] = [(hour + 2) % 24, (hour + 3) % 24].map(each => `${String(each).padStart(2, '0')}:00`)
    const unready = (options: CreateIndexOptions, given?: CreateIndexOptions): string | undefined =>
      createQueryCreateIndex(db.instrumentation, { ...QUICK, ...options }).unready!(firing, given)
    expect(unready({})).toBeUndefined()
    expect(unready({ window: `${from}-${to}` })).toContain('pg.createIndex.window')
    expect(unready({ schemas: [] }, { schemas: ['public'] })).toContain('pg.createIndex.schemas')
    expect(unready({}, { schemas: ['private'] })).toContain('pg.createIndex.schemas')
  })
})
