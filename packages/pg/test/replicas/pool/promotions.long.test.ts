import { diag, DiagLogLevel } from '@opentelemetry/api'
import { startPostgresReplicas, type PostgresReplicas } from '@homeostat/services'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { balanceOf, createAccounts, routedPool, untilRouted, type RoutedTestPool } from './routed.ts'

let servers: PostgresReplicas
let pool: RoutedTestPool
let lines: string[]

beforeEach(async () => {
  servers = await startPostgresReplicas({ database: 'shop' })
  await createAccounts(servers)
  lines = []
  const note = (line: string): void => void lines.push(line)
  diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN)
})

afterEach(async () => {
  diag.disable()
  await pool?.end()
  await servers?.[Symbol.asyncDispose]()
})

const promotions = (): string[] => lines.filter(line => line.includes('was promoted'))

const isWritten = (id: number, balance: number): Promise<boolean> =>
  pool.query('UPDATE accounts SET balance = $1 WHERE id = $2', [balance, id]).then(
    () => true,
    () => false,
  )

/** Writes until one succeeds, and reads what it has written, many times, in a context and without one. */
async function writeAndRead(id: number, balance: number): Promise<void> {
  await expect.poll(() => isWritten(id, balance), { timeout: 30_000, interval: 100 }).toBe(true)
  for (let round = 0; round < 30; round++) {
    expect(await balanceOf(pool, id)).toBe(balance)
  }
  await pool.routing.run(async () => {
    expect(await isWritten(id, -balance)).toBe(true)
    for (let round = 0; round < 30; round++) expect(await balanceOf(pool, id)).toBe(-balance)
  })
}

describe('a pool that follows promotions', () => {
  it('stays where the primary refuses connections beside a promoted replica', async () => {
    pool = await routedPool(servers, { followPromotions: true })
    await untilRouted(pool)
    const admin = new pg.Client({ connectionString: servers.primary.url.replace(/[^/]*$/, 'postgres') })
    admin.on('error', () => {})
    await admin.connect()
    await admin.query('ALTER DATABASE shop ALLOW_CONNECTIONS false')
    await servers.replicas[0]!.promote()
    await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'shop'`)
    await expect.poll(promotions, { timeout: 30_000 }).toHaveLength(1)
    expect(promotions()[0]).toMatch(/beside its primary/)
    await admin.query('ALTER DATABASE shop ALLOW_CONNECTIONS true')
    await admin.end()
    await writeAndRead(5, 1)
    expect(await servers.primary.query('SELECT balance FROM accounts WHERE id = 5')).toEqual([{ balance: -1 }])
  })

  it('writes to the promoted replica after a crash of the primary, and reads from the others once they follow', async () => {
    pool = await routedPool(servers, { followPromotions: true, config: { max: 4 } })
    await untilRouted(pool)
    // Connections that are idle, and one that is lent while the primary ends.
    await Promise.all([1, 2, 3].map(() => pool.query('SELECT pg_is_in_recovery()')))
    const lent = await pool.connect()
    lent.on('error', () => {})
    const [promoted, other] = servers.replicas
    await servers.primary.crash()
    expect(await isWritten(1, 5)).toBe(false)
    await promoted!.promote()
    await writeAndRead(1, 6)
    lent.release()
    await writeAndRead(1, 7)
    expect(pool.routing.promotions).toBe(1)
    expect(promotions()).toHaveLength(1)
    expect(promotions()[0]).toMatch(/statements go there from now on/)
    await other!.follow(promoted!)
    await untilRouted(pool)
    await writeAndRead(1, 8)
    await promoted!.crash()
    await other!.promote()
    await writeAndRead(1, 9)
    expect(pool.routing.promotions).toBe(2)
  })

  it('writes to the new primary after a switchover, whatever the former one answers, on clients that were lent meanwhile too', async () => {
    pool = await routedPool(servers, { followPromotions: true, config: { max: 2 } })
    await untilRouted(pool)
    const [promoted] = servers.replicas
    await servers.primary.shutDown()
    await promoted!.promote()
    await servers.primary.startBehind(promoted!)
    await writeAndRead(2, 1)
    const clients: pg.PoolClient[] = [await pool.connect(), await pool.connect()]
    for (const client of clients)
      expect((await client.query('SELECT pg_is_in_recovery() AS yes')).rows).toEqual([{ yes: false }])
    for (const client of clients) client.release()
    expect(promotions()).toHaveLength(1)
  })

  it('stays where the primary goes on beside a promoted replica', async () => {
    pool = await routedPool(servers, { followPromotions: true })
    await untilRouted(pool)
    await servers.replicas[0]!.promote()
    await expect.poll(promotions, { timeout: 30_000 }).toHaveLength(1)
    expect(promotions()[0]).toMatch(/beside its primary/)
    await writeAndRead(3, 1)
    expect(await servers.primary.query('SELECT balance FROM accounts WHERE id = 3')).toEqual([{ balance: -1 }])
    // The copy lacks what was written since, however long the primary is away.
    await servers.primary.crash()
    await expect.poll(promotions, { timeout: 30_000 }).toHaveLength(2)
    expect(promotions()[1]).toMatch(/while the primary still answered, so it may lack writes and is not followed/)
    expect(await isWritten(3, 2)).toBe(false)
    await servers.primary.start()
    await writeAndRead(3, 3)
    expect(await servers.primary.query('SELECT balance FROM accounts WHERE id = 3')).toEqual([{ balance: -3 }])
  })
})

it('a pool that does not follow reports the promotion in one line, says what to do, and shows nothing stale', async () => {
  pool = await routedPool(servers)
  await untilRouted(pool)
  await servers.primary.crash()
  await servers.replicas[0]!.promote()
  await servers.replicas[0]!.query('UPDATE accounts SET balance = 4 WHERE id = 4')
  await expect.poll(promotions, { timeout: 30_000 }).toHaveLength(1)
  const [promoted] = pool.routing.replicas
  expect(promotions()[0]).toBe(
    `@homeostat/pg: the primary 127.0.0.1:${servers.primary.port}/shop takes no writes, and its replica ${promoted!.name} was promoted: writes fail. Let the address of the primary lead to ${promoted!.name}, or set the option followPromotions`,
  )
  expect(promoted!.isInUse).toBe(false)
  expect(pool.routing.promotions).toBe(1)
  expect(await isWritten(4, 5)).toBe(false)
})
