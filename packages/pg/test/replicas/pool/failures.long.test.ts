import { setTimeout as delay } from 'node:timers/promises'
import { startPostgresReplicas, TcpProxy, type PostgresReplicas } from '@homeostat/services'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BALANCE, balanceOf, createAccounts, routedPool, untilRouted, type RoutedTestPool } from './routed.ts'

let servers: PostgresReplicas
let pool: RoutedTestPool

beforeEach(async () => {
  servers = await startPostgresReplicas({ database: 'shop' })
  await createAccounts(servers)
})

afterEach(async () => {
  await pool?.end()
  await servers?.[Symbol.asyncDispose]()
})

/** Reads in loops until it is stopped; each loop also writes now and then, and counts what it reads stale. */
function load(loops: number): { stop(): Promise<{ queries: number; errors: string[]; stale: number }> } {
  const over = new AbortController()
  const result = { queries: 0, errors: [] as string[], stale: 0 }
  const loop = async (id: number): Promise<void> => {
    let written = 0
    for (let round = 0; !over.signal.aborted; round++)
      await pool.routing
        .run(async () => {
          if (round % 50 === 0) {
            await pool.query('UPDATE accounts SET balance = $1 WHERE id = $2', [round + 1, id])
            written = round + 1
            if ((await balanceOf(pool, id)) !== written) result.stale++
          }
          await balanceOf(pool, id)
          result.queries++
        })
        .catch((error: Error) => result.errors.push(error.message))
  }
  const loops_ = Array.from({ length: loops }, (_, index) => loop(index + 1))
  return {
    async stop() {
      over.abort()
      await Promise.all(loops_)
      return result
    },
  }
}

const inUse = (): boolean[] => pool.routing.replicas.map(({ isInUse }) => isInUse)

describe('under load, the application sees no error and no stale read', () => {
  it('while a replica crashes, is shut down, is frozen and comes back', async () => {
    pool = await routedPool(servers)
    await untilRouted(pool)
    const [first, second] = servers.replicas
    const running = load(8)
    await first!.crash()
    await expect.poll(inUse, { timeout: 20_000 }).toEqual([false, true])
    await delay(300)
    await first!.start()
    await expect.poll(inUse, { timeout: 20_000 }).toEqual([true, true])
    await second!.shutDown()
    await delay(300)
    await second!.start()
    await expect.poll(inUse, { timeout: 20_000 }).toEqual([true, true])
    await second!.freeze()
    await expect.poll(inUse, { timeout: 20_000 }).toEqual([true, false])
    await delay(300)
    second!.thaw()
    await expect.poll(inUse, { timeout: 20_000 }).toEqual([true, true])
    const { queries, errors, stale } = await running.stop()
    expect(errors).toEqual([])
    expect(stale).toBe(0)
    expect(queries).toBeGreaterThan(500)
  })

  it('while a replica is promoted beside its primary: it is not read from any more', async () => {
    pool = await routedPool(servers)
    await untilRouted(pool)
    const running = load(8)
    await servers.replicas[0]!.promote()
    await expect.poll(inUse, { timeout: 20_000 }).toEqual([false, true])
    await servers.replicas[0]!.query('UPDATE accounts SET balance = -1')
    await delay(500)
    const { errors, stale } = await running.stop()
    expect(errors).toEqual([])
    expect(stale).toBe(0)
    expect(await balanceOf(pool, 50)).toBe(0)
  })
})

describe('a failover', () => {
  it('is noticed: replicas of the old history are not used, and tokens and contexts hold', async () => {
    await using proxy = await TcpProxy.to({ host: '127.0.0.1', port: servers.primary.port })
    pool = await routedPool(servers, {
      config: { connectionString: proxy.through(servers.primary.url) },
      replicas: servers.replicas.map(({ url }) => url),
      pollMs: 20,
    })
    await untilRouted(pool)
    const [promoted, other] = servers.replicas
    await servers.primary.crash()
    await promoted!.promote()
    proxy.lead({ host: '127.0.0.1', port: promoted!.port })
    // The other one still belongs to the old history: nothing that is written now ever arrives there.
    await expect
      .poll(
        () =>
          pool.query('UPDATE accounts SET balance = 77 WHERE id = 1').then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true)
    for (let round = 0; round < 100; round++) {
      expect(await balanceOf(pool, 1)).toBe(77)
      await delay(2)
    }
    expect(inUse()).toEqual([false, false])
    await other!.follow(promoted!)
    await expect.poll(inUse, { timeout: 30_000 }).toEqual([false, true])
    await untilRouted(pool)
    expect(await balanceOf(pool, 1)).toBe(77)
  })

  it('a primary that restarts leaves no stale read behind', async () => {
    pool = await routedPool(servers)
    await untilRouted(pool)
    for (let round = 1; round <= 3; round++) {
      await servers.primary.shutDown()
      await servers.primary.start()
      await expect
        .poll(
          () =>
            pool.query('UPDATE accounts SET balance = $1 WHERE id = 2', [round]).then(
              () => true,
              () => false,
            ),
          { timeout: 20_000 },
        )
        .toBe(true)
      for (let read = 0; read < 50; read++) expect(await balanceOf(pool, 2)).toBe(round)
    }
    await untilRouted(pool)
  })
})

describe('an address', () => {
  it('that leads to another replica is noticed, and what that one shows is compared anew', async () => {
    const [first, second] = servers.replicas
    await using proxy = await TcpProxy.to({ host: '127.0.0.1', port: first!.port })
    pool = await routedPool(servers, { replicas: [proxy.through(first!.url)] })
    await untilRouted(pool)
    await second!.pauseReplay()
    await pool.query('UPDATE accounts SET balance = 3 WHERE id = 3')
    await untilRouted(pool)
    // New connections lead to the replica that has stopped; the probe's own still leads to the first one.
    proxy.lead({ host: '127.0.0.1', port: second!.port })
    const reads = Array.from({ length: 200 }, () => balanceOf(pool, 3))
    expect(new Set(await Promise.all(reads))).toEqual(new Set([3]))
    proxy.set('cut')
    proxy.set('open')
    for (let round = 0; round < 100; round++) {
      expect(await balanceOf(pool, 3)).toBe(3)
      await delay(2)
    }
    await second!.resumeReplay()
    await untilRouted(pool)
    expect((await pool.query(BALANCE, [3])).rows).toEqual([{ balance: 3 }])
  })
})
