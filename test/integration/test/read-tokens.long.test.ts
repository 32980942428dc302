import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createReplicaPool, type ReplicaPool } from '@homeostat/pg/replicas'
import { startPostgresReplicas, startRedis, type PostgresReplicas, type Redis } from '@homeostat/services'
import { Queue, QueueEvents, Worker } from 'bullmq'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

const READ = 'SELECT balance FROM accounts WHERE id = $1'
const WRITE = 'UPDATE accounts SET balance = $1 WHERE id = $2'

let servers: PostgresReplicas
let redis: Redis
/** Two processes of one application: they share nothing but their secret. */
let here: ReplicaPool<pg.Pool>
let there: ReplicaPool<pg.Pool>

beforeAll(async () => {
  servers = await startPostgresReplicas({ database: 'shop', replicas: 2 })
  redis = await startRedis()
  await servers.primary.query('CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL)')
  await servers.primary.query('INSERT INTO accounts SELECT i, 0 FROM generate_series(1, 100) i')
  await servers.caughtUp()
  here = await routed()
  there = await routed()
})

afterAll(async () => {
  await here?.end()
  await there?.end()
  await redis?.stop()
  await servers?.[Symbol.asyncDispose]()
})

async function routed(): Promise<ReplicaPool<pg.Pool>> {
  const primary = new pg.Pool({ connectionString: servers.primary.url })
  primary.on('error', () => {})
  const pool = createReplicaPool({
    primary,
    replicas: servers.replicas.map(({ url }) => url),
    tokenSecrets: ['a secret of the tests'],
  })
  await pool.routing.classify(READ)
  await vi.waitFor(async () => {
    await pool.query(READ, [1])
    expect(pool.routing.counts.routed).toBeGreaterThan(0)
  }, 20_000)
  return pool
}

async function balanceOf(pool: pg.Pool, id: number): Promise<number> {
  return Number((await pool.query(READ, [id])).rows[0].balance)
}

const pause = () => Promise.all(servers.replicas.map(replica => replica.pauseReplay()))
const resume = async (): Promise<void> => {
  for (const replica of servers.replicas) await replica.resumeReplay()
  await servers.caughtUp()
}

/** A server of one process: PUT writes, GET reads. */
async function serve(pool: ReplicaPool<pg.Pool>): Promise<{ readonly url: string; close(): void }> {
  const middleware = pool.routing.middleware()
  const handle: RequestListener = (request, response) => {
    const answer = async (): Promise<void> => {
      const { searchParams } = new URL(request.url ?? '', 'http://localhost')
      const id = Number(searchParams.get('id'))
      if (request.method === 'PUT') {
        await pool.query(WRITE, [Number(searchParams.get('balance')), id])
        response.writeHead(204).end()
      } else response.end(String(await balanceOf(pool, id)))
    }
    middleware(request, response, () => void answer())
  }
  const server = createServer(handle).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

describe('a user', () => {
  it('sees in the next request, at another process, what the last one has written: by cookie and by header', async () => {
    const [first, second] = [await serve(here), await serve(there)]
    await pause()
    for (let round = 1; round <= 40; round++) {
      const written = await fetch(`${first.url}/?id=1&balance=${round}`, { method: 'PUT' })
      const [cookie] = written.headers.getSetCookie()
      expect(cookie).toMatch(/^homeostat_read=v1\.[\w.-]+; Path=\/; Max-Age=60; HttpOnly; SameSite=Lax$/)
      const headers: Record<string, string> =
        round % 2 === 0
          ? { cookie: `theme=dark; ${cookie!.split(';')[0]}` }
          : { 'x-homeostat-read': written.headers.get('x-homeostat-read')! }
      expect(await (await fetch(`${second.url}/?id=1`, { headers })).text()).toBe(String(round))
    }
    await resume()
    const reading = await fetch(`${second.url}/?id=2`)
    expect(reading.headers.getSetCookie()).toEqual([])
    await reading.text()
    const forged = await fetch(`${second.url}/?id=2`, {
      headers: { cookie: 'homeostat_read=v1.1.FFFFFFFF-FFFFFFFF.x' },
    })
    expect(await forged.text()).toBe('0')
    first.close()
    second.close()
  })
})

describe('a job of BullMQ', () => {
  const connection = (): { host: string; port: number; password?: string; db?: number } => {
    const { hostname, port, password } = new URL(redis.url)
    return { host: hostname, port: Number(port), ...(password && { password }) }
  }

  it('reads what was written before it was added, from the primary or from a replica', async () => {
    const queue = new Queue('invoices', { connection: connection() })
    const events = new QueueEvents('invoices', { connection: connection() })
    await events.waitUntilReady()
    const processor = there.routing.processor(async (job: { data: { id: number } }) => balanceOf(there, job.data.id))
    const worker = new Worker('invoices', processor as never, { connection: connection() })
    await pause()
    for (let round = 1; round <= 20; round++) {
      const job = await here.routing.run(async () => {
        await here.query(WRITE, [round, 3])
        return queue.add('invoice', here.routing.jobData({ id: 3 }))
      })
      expect(await job.waitUntilFinished(events, 20_000)).toBe(round)
    }
    await resume()
    await worker.close()
    await events.close()
    await queue.close()
  })

  it('is delayed while no replica has what it needs, uses up no attempt, and is not delayed for ever', async () => {
    const queue = new Queue('reports', { connection: connection() })
    const events = new QueueEvents('reports', { connection: connection() })
    await events.waitUntilReady()
    const places: number[] = []
    const processor = there.routing.processor(
      async (job: { data: { id: number } }) => {
        const before = there.routing.counts.routed
        const balance = await balanceOf(there, job.data.id)
        places.push(there.routing.counts.routed - before)
        return balance
      },
      { whenBehind: 'delay', retryMs: 100, maxDelayMs: 2_000 },
    )
    const worker = new Worker('reports', processor as never, { connection: connection() })
    const add = (balance: number) =>
      here.routing.run(async () => {
        await here.query(WRITE, [balance, 4])
        await here.routing.knownToken()
        return queue.add('report', here.routing.jobData({ id: 4 }), { attempts: 1 })
      })
    await pause()
    const delayed = await add(1)
    await vi.waitFor(async () => expect(await queue.getDelayedCount()).toBe(1), 20_000)
    await resume()
    expect(await delayed.waitUntilFinished(events, 20_000)).toBe(1)
    // Delayed until a replica had it, and then read there.
    expect(places).toEqual([1])
    await pause()
    const late = await add(2)
    expect(await late.waitUntilFinished(events, 30_000)).toBe(2)
    expect(places).toEqual([1, 0])
    await resume()
    await worker.close()
    await events.close()
    await queue.close()
  })
})
