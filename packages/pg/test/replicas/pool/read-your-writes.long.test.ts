import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { PostgresReplicas } from '@homeostat/services'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { BALANCE, balanceOf, routedPool, untilRouted, type RoutedTestPool } from './routed.ts'
import { RoutedServers } from './routed-servers.ts'

const routed = new RoutedServers()
let servers: PostgresReplicas
let pool: RoutedTestPool
beforeAll(() => void ({ servers, pool } = routed))

afterEach(async () => {
  for (const replica of servers.replicas) await replica.resumeReplay().catch(() => {})
  await servers.caughtUp()
})

describe('a read after a write', () => {
  it('shows the write while every replica has stopped replaying', async () => {
    for (const replica of servers.replicas) await replica.pauseReplay()
    for (let round = 1; round <= 200; round++)
      await pool.routing.run(async () => {
        await pool.query('UPDATE accounts SET balance = $1 WHERE id = 1', [round])
        expect(await balanceOf(pool, 1)).toBe(round)
      })
  })

  it('shows the write when one replica has caught up and the other has not (gitlab#413203)', async () => {
    await servers.replicas[0]!.pauseReplay()
    await pool.query('UPDATE accounts SET balance = 7 WHERE id = 2')
    await pool.routing.run(async () => {
      await pool.query('UPDATE accounts SET balance = 8 WHERE id = 2')
      const before = pool.routing.counts.routed
      await expect
        .poll(() => balanceOf(pool, 2).then(() => pool.routing.counts.routed - before), { timeout: 20_000 })
        .toBeGreaterThan(20)
      for (let round = 0; round < 200; round++) expect(await balanceOf(pool, 2)).toBe(8)
    })
  })

  it('is served by a replica once that one has replayed it', async () => {
    await pool.routing.run(async () => {
      await pool.query('UPDATE accounts SET balance = 9 WHERE id = 3')
      const before = pool.routing.counts.routed
      await expect
        .poll(async () => [await balanceOf(pool, 3), pool.routing.counts.routed > before], { timeout: 20_000 })
        .toEqual([9, true])
    })
  })

  it('shows a transaction that a borrowed client has committed', async () => {
    for (const replica of servers.replicas) await replica.pauseReplay()
    for (let round = 100; round < 150; round++)
      await pool.routing.run(async () => {
        const client = await pool.connect()
        await client.query('BEGIN')
        await client.query('UPDATE accounts SET balance = $1 WHERE id = 4', [round])
        await client.query('COMMIT')
        expect(await balanceOf(pool, 4)).toBe(round)
        client.release()
        expect(await balanceOf(pool, 4)).toBe(round)
      })
  })

  it('shows the write of a client that was borrowed long before and outside of the context', async () => {
    const client = await pool.connect()
    for (const replica of servers.replicas) await replica.pauseReplay()
    await pool.routing.run(async () => {
      await client.query('UPDATE accounts SET balance = 5 WHERE id = 5')
      expect(await balanceOf(pool, 5)).toBe(5)
    })
    client.release()
  })

  it('shows the write from a callback, wherever that is called from', async () => {
    for (const replica of servers.replicas) await replica.pauseReplay()
    const read = await pool.routing.run(
      () =>
        new Promise(resolve => {
          pool.query('UPDATE accounts SET balance = 6 WHERE id = 6', () => {
            pool.query(BALANCE, [6], (_error, { rows }) => resolve(rows[0].balance))
          })
        }),
    )
    expect(read).toBe(6)
    const byClient = await pool.routing.run(
      () =>
        new Promise(resolve => {
          pool.connect((_error, client, release) => {
            client!.query('UPDATE accounts SET balance = 66 WHERE id = 6', () => {
              release()
              pool.query(BALANCE, [6], (_failure, { rows }) => resolve(rows[0].balance))
            })
          })
        }),
    )
    expect(byClient).toBe(66)
  })

  it('shows every write of the process outside of contexts', async () => {
    for (const replica of servers.replicas) await replica.pauseReplay()
    for (let round = 1; round <= 50; round++) {
      await pool.routing.run(() => pool.query('UPDATE accounts SET balance = $1 WHERE id = 7', [round]))
      expect(await balanceOf(pool, 7)).toBe(round)
    }
  })

  it('never shows less than the context has seen, on the primary or on a replica', async () => {
    await servers.replicas[0]!.pauseReplay()
    await pool.query('UPDATE accounts SET balance = 0 WHERE id = 8')
    const over = new AbortController()
    const writer = (async () => {
      for (let value = 1; !over.signal.aborted; value++) {
        await pool.query('UPDATE accounts SET balance = $1 WHERE id = 8', [value])
        if (value === 30) await servers.replicas[0]!.resumeReplay()
        await delay(1)
      }
    })()
    for (let round = 0; round < 60; round++)
      await pool.routing.run(async () => {
        let last = -1
        for (let read = 0; read < 20; read++) {
          const balances = await Promise.all([balanceOf(pool, 8), balanceOf(pool, 8)])
          expect(Math.min(...balances)).toBeGreaterThanOrEqual(last)
          last = Math.max(...balances)
        }
      })
    over.abort()
    await writer
  })

  it('shows what a notification announces', async () => {
    const listener = await pool.connect()
    await listener.query('LISTEN changes')
    for (const replica of servers.replicas) await replica.pauseReplay()
    for (let round = 1; round <= 20; round++) {
      const read = new Promise(resolve => {
        listener.once('notification', () => resolve(pool.routing.run(() => balanceOf(pool, 12))))
      })
      // Another process writes, and announces it.
      await servers.primary.query(`UPDATE accounts SET balance = ${round} WHERE id = 12`)
      await servers.primary.query('NOTIFY changes')
      expect(await read).toBe(round)
    }
    listener.release(true)
  })

  it('waits for a replica where that is asked for', async () => {
    const waiting = await routedPool(servers, { waitMs: 10_000 })
    await untilRouted(waiting)
    await waiting.routing.run(async () => {
      await waiting.query('UPDATE accounts SET balance = 10 WHERE id = 9')
      const before = waiting.routing.counts.routed
      expect(await balanceOf(waiting, 9)).toBe(10)
      expect(waiting.routing.counts.routed).toBe(before + 1)
    })
    expect(waiting.routing.counts.waited).toBeGreaterThan(0)
    await waiting.end()
  })
})

describe('a token', () => {
  it('carries what was written to another process, also before its position is known', async () => {
    const other = await routedPool(servers)
    await untilRouted(other)
    for (const replica of servers.replicas) await replica.pauseReplay()
    for (let round = 1; round <= 50; round++) {
      const token = await pool.routing.run(async () => {
        await pool.query('UPDATE accounts SET balance = $1 WHERE id = 10', [round])
        if (round % 2 === 0) await expect.poll(() => pool.routing.token(), { timeout: 10_000 }).not.toContain('pending')
        return pool.routing.token()
      })
      expect(token).toMatch(/^v1\.\d+\.(pending-[0-9a-f]{16}-[0-9a-z]+|[0-9A-F]+-[0-9A-F]+)\.[\w-]+$/)
      await other.routing.run(async () => expect(await balanceOf(other, 10)).toBe(round), token)
    }
    await other.end()
  })

  it('is not made where nothing was written', async () => {
    await pool.routing.run(async () => {
      await balanceOf(pool, 1)
      expect(pool.routing.token()).toBeUndefined()
    })
  })

  it('needs a secret: the middleware is refused when it is made, and not at each response', async () => {
    const unsigned = await routedPool(servers, { tokenSecrets: [] })
    expect(() => unsigned.routing.middleware()).toThrow(/tokenSecrets/)
    const contexts = unsigned.routing.middleware({ cookie: false, header: false })
    await using server = createServer((request, response) => {
      contexts(request, response, () => {
        void (async () => {
          await unsigned.query('UPDATE accounts SET balance = 15 WHERE id = 15')
          response.end(String(await balanceOf(unsigned, 15)))
        })()
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    expect(await answer.text()).toBe('15')
    await unsigned.end()
  })

  it('that somebody has forged does not keep reads on the primary', async () => {
    for (const forged of ['v1.1.FFFFFFFF-FFFFFFFF.AAAA', 'x', '', 'v1.1.pending.', '\0', 'a'.repeat(10_000)])
      await pool.routing.run(async () => {
        const before = pool.routing.counts.routed
        await expect
          .poll(() => balanceOf(pool, 1).then(() => pool.routing.counts.routed - before), { timeout: 20_000 })
          .toBeGreaterThan(0)
      }, forged)
  })
})

describe('the age of data', () => {
  it('is milliseconds, also on a primary that has been idle', async () => {
    await delay(500)
    for (const { lagMs } of pool.routing.replicas) expect(lagMs).toBeLessThan(5_000)
  })

  it('grows while a replica does not replay, takes it out of use, and may be relaxed for some time', async () => {
    const strict = await routedPool(servers, { maxLagMs: 1_000 })
    await untilRouted(strict)
    for (const replica of servers.replicas) await replica.pauseReplay()
    await servers.primary.query('UPDATE accounts SET balance = balance WHERE id = 11')
    await expect
      .poll(
        async () => {
          await balanceOf(strict, 11)
          return strict.routing.counts.refused.get('lag') ?? 0
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThan(0)
    expect(strict.routing.replicas.every(({ isInUse }) => !isInUse)).toBe(true)
    const before = strict.routing.counts.routed
    using _ = strict.routing.overrideLag({ maxLagMs: 600_000, forMs: 60_000, reason: 'the primary is saturated' })
    await balanceOf(strict, 11)
    expect(strict.routing.counts.routed).toBe(before + 1)
    await strict.end()
  })
})
