import { setTimeout as delay } from 'node:timers/promises'
import { startPostgresReplicas, TcpProxy, type ClusterServer, type PostgresReplicas } from '@homeostat/services'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createReplicaPool } from '../../../src/replicas.ts'
import { BALANCE, balanceOf, createAccounts, routedPool, untilRouted, type RoutedTestPool } from './routed.ts'

let servers: PostgresReplicas
let replica: ClusterServer
let proxy: TcpProxy
let pool: RoutedTestPool | undefined
const unhandled: unknown[] = []
const note = (error: unknown): void => void unhandled.push(error)

beforeEach(async () => {
  servers = await startPostgresReplicas({ database: 'shop', replicas: 1 })
  replica = servers.replicas[0]!
  await createAccounts(servers)
  proxy = await TcpProxy.to({ host: '127.0.0.1', port: replica.port })
  unhandled.length = 0
  process.on('unhandledRejection', note)
  process.on('uncaughtException', note)
})

afterEach(async () => {
  proxy.set('open')
  await pool?.end()
  pool = undefined
  await proxy[Symbol.asyncDispose]()
  await servers[Symbol.asyncDispose]()
  process.off('unhandledRejection', note)
  process.off('uncaughtException', note)
  expect(unhandled).toEqual([])
})

async function behindProxy(options: Parameters<typeof routedPool>[1] = {}): Promise<RoutedTestPool> {
  pool = await routedPool(servers, { replicas: [proxy.through(replica.url)], ...options })
  return pool
}

/** As many reads at once as a pool has connections, and more. */
const manyReads = (from: RoutedTestPool): Promise<number[]> =>
  Promise.all(Array.from({ length: 25 }, () => balanceOf(from, 1)))

/** Reads until a replica had one, kept it, and the primary has answered. */
const untilMoved = async (from: RoutedTestPool): Promise<void> => {
  const { retried } = from.routing.counts
  await expect
    .poll(async () => [await balanceOf(from, 1), from.routing.counts.retried > retried], { timeout: 20_000 })
    .toEqual([0, true])
}

describe('a replica that accepts connections and does not answer', () => {
  it('delays reads and fails none, whether their connections are new or known, and breaks nothing when it goes away', async () => {
    const routed = await behindProxy()
    await untilRouted(routed)
    for (const _ of [1, 2, 3]) {
      proxy.set('stalled')
      expect(new Set(await manyReads(routed))).toEqual(new Set([0]))
      proxy.set('cut')
      expect(new Set(await manyReads(routed))).toEqual(new Set([0]))
      proxy.set('open')
      await untilRouted(routed)
    }
  })

  it('does not hold up the end of the pool, and the primary answers the reads under way', async () => {
    const routed = await behindProxy()
    await untilRouted(routed)
    proxy.set('stalled')
    const reads = manyReads(routed)
    const ended = routed.end()
    // As in pg.
    await expect(routed.query(BALANCE, [1])).rejects.toThrow('Cannot use a pool after calling end on the pool')
    await expect(routed.connect()).rejects.toThrow('Cannot use a pool after calling end on the pool')
    await expect(routed.end()).rejects.toThrow('Called end on pool more than once')
    expect(new Set(await reads)).toEqual(new Set([0]))
    await ended
    expect(routed.ended).toBe(true)
    pool = undefined
  })

  it('does not leave a read unanswered that waits for it when the pool ends', async () => {
    const routed = await behindProxy({ waitMs: 500 })
    await untilRouted(routed)
    await routed.routing.run(async () => {
      await replica.pauseReplay()
      await routed.query('UPDATE accounts SET balance = 9 WHERE id = 1')
      const read = balanceOf(routed, 1)
      const ended = routed.end()
      expect(await read).toBe(9)
      await ended
    })
    pool = undefined
    await replica.resumeReplay()
  })

  it('keeps no connection when the pool ends, whether a read is under way or not', async () => {
    const clients: pg.Client[] = []
    class KnownClient extends pg.Client {
      constructor(config?: pg.ClientConfig) {
        super(config)
        this.once('connect', () => clients.push(this))
      }
    }
    for (const reads of [0, 1]) {
      const routed = await behindProxy({ config: { Client: KnownClient as never } })
      await untilRouted(routed)
      proxy.set('stalled')
      // On the connection that is open: it has no time limit of its own.
      const read = reads === 0 ? undefined : balanceOf(routed, 1)
      await delay(50)
      pool = undefined
      await routed.end()
      expect(await (read ?? 0)).toBe(0)
      await expect.poll(() => clients.filter(client => client.connection.stream.destroyed).length).toBe(clients.length)
      proxy.set('open')
    }
  })
})

describe('a setup of connections that a replica does not finish', () => {
  // On the primary they do nothing.
  const hangs = 'SELECT CASE WHEN pg_is_in_recovery() THEN pg_sleep(600) END'
  const fails = 'SELECT CASE WHEN pg_is_in_recovery() THEN 1 / length(current_setting($1, true)) END'

  it('leaves no rejection and calls nothing back, whether it hangs, breaks or fails', async () => {
    const routed = await behindProxy()
    expect(await routed.routing.classify(BALANCE)).toBe('read')
    let kind = 0
    const failures: unknown[] = []
    routed.on('connect', client => {
      if (kind === 0) void client.query(hangs)
      else if (kind === 1) void client.query(fails, ['no.such_setting'])
      else client.query('SELECT no_such_column', error => failures.push(error))
      if (kind === 3) throw new Error('the setup throws')
    })
    for (kind = 0; kind < 4; kind++) {
      // On the primary the connections are open already.
      expect(new Set(await manyReads(routed))).toEqual(new Set([0]))
      proxy.set('cut')
      proxy.set('open')
      await expect.poll(() => routed.routing.replicas[0]?.lagMs, { timeout: 20_000 }).toBeDefined()
    }
    expect(failures).toEqual([])
  })
})

describe('a read that a replica keeps although it answers otherwise', () => {
  it('moves to the primary when no connection of the pool comes free, and one there does', async () => {
    const own = new pg.Pool({ connectionString: replica.url, max: 1 })
    const routed = await behindProxy({ config: { max: 1 }, replicas: [own], answerMs: 300 })
    await untilRouted(routed)
    const taken = await own.connect()
    // The primary has a free one, so that no read waits.
    expect(await balanceOf(routed, 1)).toBe(0)
    expect(routed.routing.counts.refused.get('busy')).toBe(1)
    const { retried } = routed.routing.counts
    const busy = await routed.connect()
    const read = balanceOf(routed, 1)
    await expect.poll(() => own.waitingCount).toBe(1)
    busy.release()
    expect(await read).toBe(0)
    expect(routed.routing.counts.retried).toBe(retried + 1)
    expect(routed.routing.replicas[0]!.breaker).toBe('closed')
    taken.release()
    await untilRouted(routed)
    await routed.end()
    pool = undefined
    expect(own.ended).toBe(false)
    await own.end()
  })

  it('stays when it only takes long, where the server does not say what its processes do', async () => {
    await servers.primary.query('ALTER DATABASE shop SET track_activities = off')
    await servers.caughtUp()
    const routed = await behindProxy({ answerMs: 300 })
    await untilRouted(routed)
    const long = 'SELECT count(*)::int AS n FROM generate_series(1, 12000000)'
    expect(await routed.routing.classify(long)).toBe('read')
    const { counts } = routed.routing
    await expect
      .poll(
        async () => {
          const { routed: before } = counts
          await routed.query(long)
          return counts.routed - before
        },
        { timeout: 60_000 },
      )
      .toBe(1)
  })

  it('moves to the primary when it waits for a lock, and stays when it only takes long', async () => {
    const routed = await behindProxy()
    await untilRouted(routed)
    const long = 'SELECT count(*)::int AS n FROM generate_series(1, 12000000)'
    expect(await routed.routing.classify(long)).toBe('read')
    const onReplica = async (): Promise<number> => {
      const { routed: before } = routed.routing.counts
      expect((await routed.query(long)).rows).toEqual([{ n: 12_000_000 }])
      return routed.routing.counts.routed - before
    }
    await expect.poll(onReplica, { timeout: 60_000 }).toBe(1)
    // A change of the table whose end the replica does not replay: no other replica, and no probe, hears of it.
    const admin = new pg.Client({ connectionString: servers.primary.url })
    admin.on('error', () => {})
    await admin.connect()
    await admin.query('BEGIN')
    await admin.query('LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE')
    const locked = `SELECT count(*)::int AS n FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'accounts'::regclass`
    await expect.poll(() => replica.query(locked), { timeout: 20_000 }).toEqual([{ n: 1 }])
    await replica.pauseReplay()
    await admin.query('COMMIT')
    await admin.end()
    await untilMoved(routed)
    await replica.resumeReplay()
    await untilRouted(routed)
  })
})

it('nothing moves where the clients of a pool cannot be followed', async () => {
  class OtherClient extends pg.Client {
    constructor(options?: pg.ClientConfig) {
      super(options)
      const connection = new Proxy(this.connection, {
        get: (target, name) => (name === 'prependListener' ? undefined : (Reflect.get(target, name) as unknown)),
      })
      Object.assign(this, { connection })
    }
  }
  const routed = createReplicaPool({
    primary: new pg.Pool({ connectionString: servers.primary.url, Client: OtherClient } as pg.PoolConfig),
    replicas: [replica.url],
  })
  await routed.routing.ready
  expect(await routed.routing.classify(BALANCE)).toBe('read')
  await expect.poll(() => routed.routing.placeOf(BALANCE), { timeout: 20_000 }).toMatch(/127/)
  const client = await (routed as pg.Pool).connect()
  expect((await client.query(BALANCE, [1])).rows).toEqual([{ balance: 0 }])
  expect(routed.routing.placeOf(BALANCE)).toBe('no_replica')
  client.release()
  await routed.end()
})
