import type { Loop } from '@homeostat/optimizer'
import pgDriver from 'pg'
import { beforeEach, describe, expect, it } from 'vitest'
import { INDEX_TABLE } from '../../../src/domain.ts'
import { followLeftovers } from '../../../src/actions/create-index/follow-leftovers.ts'
import { ActingDatabase, CALLS } from './acting-database.ts'

/** A role for migrations makes the tables of Homeostat, and the application runs as another one. */
describe('the table of the indexes, made by another role', () => {
  const db = new ActingDatabase()
  let app: pgDriver.Pool
  beforeEach(async () => {
    await db.pool.query('DROP TABLE IF EXISTS homeostat_index')
    for (const role of ['app', 'migrator'])
      await db.pool.query(
        `DO $$ BEGIN IF to_regrole('${role}') IS NULL THEN CREATE ROLE ${role} LOGIN PASSWORD '${role}'; END IF; END $$`,
      )
    await db.pool.query('GRANT CREATE ON SCHEMA public TO app, migrator')
    await db.pool.query('ALTER TABLE orders OWNER TO app; ALTER TABLE other OWNER TO app')
    const client = await db.pool.connect()
    await client.query(`SET ROLE migrator`)
    await client.query(INDEX_TABLE)
    await client.query('RESET ROLE')
    client.release()
    const url = new URL(db.url)
    url.username = url.password = 'app'
    app = new pgDriver.Pool({ connectionString: url.href, max: 3 }).on('error', () => {})
    db.instrumentation.slowStatements.clear()
    for (let call = 0; call < 5; call++) await app.query('SELECT * FROM orders WHERE customer_id = $1', [call])
    return () => app.end()
  })

  /** Why nothing was created. */
  const problems = async (): Promise<readonly string[] | undefined> => {
    const receipt = await db.act()
    expect(receipt.effects).toEqual({ built: 0 })
    expect(await db.indexes()).toEqual([])
    // Others are about the statements of this test itself, and statistics that are new.
    return receipt.problems?.filter(problem => problem.includes('homeostat_index'))
  }
  const missing = (privileges: string): string =>
    `the table homeostat_index belongs to another role, and the user of the application may not use it: GRANT ${privileges} ON "public"."homeostat_index" TO "app"`

  it('is named in one line with what is to be granted, and used once it is', async () => {
    expect(await problems()).toEqual([expect.stringContaining(missing('SELECT, INSERT, UPDATE, DELETE'))])
    await db.pool.query('GRANT SELECT ON homeostat_index TO app')
    expect(await problems()).toEqual([expect.stringContaining(missing('INSERT, UPDATE, DELETE'))])
    await db.pool.query('GRANT INSERT, UPDATE, DELETE ON homeostat_index TO app')
    const ending = new AbortController()
    const traffic = (async () => {
      while (!ending.signal.aborted) {
        await app.query('SELECT * FROM orders WHERE customer_id = $1', [Math.floor(Math.random() * 20_000)])
        db.calls.pass()
      }
    })()
    const receipt = await db.act(CALLS, undefined, db.calls)
    ending.abort()
    await traffic
    expect(receipt).toMatchObject({ effects: { built: 1 } })
    const { rows } = await db.pool.query('SELECT outcome IS NOT NULL AS ended FROM homeostat_index')
    expect(rows).toEqual([{ ended: true }])
  })

  it('is not asked for again and again by the sweep, which goes by the comments of the indexes', async () => {
    await db.pool.query('SET ROLE app; CREATE INDEX homeostat_auto_orders_id_0123456789ab ON orders (id); RESET ROLE')
    await db.pool.query(
      "COMMENT ON INDEX homeostat_auto_orders_id_0123456789ab IS 'homeostat: trial since 2026-01-01T00:00:00.000Z for slow SELECT orders, fingerprint 0123456789abcdef'",
    )
    let [now, sessions, tick] = [0, 0, (_: { now: number }): void => {}]
    const loop = {
      modeNow: () => 'act',
      on: (listener: typeof tick) => {
        tick = listener
        return { [Symbol.dispose]: () => {} }
      },
    } as unknown as Loop
    const ignore = db.instrumentation.ignore.bind(db.instrumentation)
    Object.defineProperty(db.instrumentation, 'answeringPools', { get: () => [app] })
    db.instrumentation.ignore = own => {
      sessions++
      return ignore(own)
    }
    const faults: unknown[] = []
    db.instrumentation.registry.faults.report = (_, error) => void faults.push(error)
    using _following = followLeftovers(db.instrumentation, loop)
    for (let at = 0; at < 20; at++) {
      tick({ now: (now += 20_000) })
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    await expect.poll(() => db.indexes(), { timeout: 20_000 }).toEqual([])
    expect(sessions).toBe(1)
    expect(faults).toEqual([])
  })

  it('is named where it is missing and may not be created', async () => {
    await db.pool.query('DROP TABLE homeostat_index')
    await db.pool.query('REVOKE CREATE ON SCHEMA public FROM app, public')
    expect(await problems()).toEqual([
      expect.stringContaining('the table homeostat_index is missing and this user may not create it: run INDEX_TABLE'),
    ])
  })
})
