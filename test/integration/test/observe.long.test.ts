import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startPostgres, startRedis, type Postgres, type Redis as RedisServer } from '@homeostat/services'
import { build } from 'esbuild'
import type { Homeostat, HomeostatOptions, ObservedObjects } from 'homeostat'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { enableAll, eventually, startObserving, sumIn } from './observe-bench.ts'

type Libraries = {
  readonly pg: typeof import('pg')
  readonly ioredis: typeof import('ioredis')
  readonly bullmq: typeof import('bullmq')
}
interface Closable {
  close?(): Promise<unknown>
  end?(): Promise<unknown>
  disconnect?(): void
}

const LINES = [
  { line: 'pg 8, ioredis 6, BullMQ 6', names: { pg: 'pg', ioredis: 'ioredis', bullmq: 'bullmq' } },
  { line: 'pg 8.11, ioredis 5, BullMQ 5', names: { pg: 'pg-8.11', ioredis: 'ioredis-5', bullmq: 'bullmq-5' } },
] as const

let folder: string
let redis: RedisServer
let postgres: Postgres
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeostat-observe-'))
  await symlink(fileURLToPath(new URL('../node_modules', import.meta.url)), join(folder, 'node_modules'))
  ;[redis, postgres] = await Promise.all([startRedis(), startPostgres()])
})
afterAll(async () => {
  await Promise.all([redis.stop(), postgres.stop()])
  await rm(folder, { recursive: true, force: true })
})

let h: Homeostat
const lines: string[] = []
const open: Closable[] = []
beforeEach(() => void lines.splice(0))
afterEach(async () => {
  await h.stop()
  for (const each of open.splice(0)) {
    if (each.close) await each.close()
    else if (each.end) await each.end()
    else each.disconnect?.()
  }
})

const start = (options?: HomeostatOptions): Homeostat => (h = startObserving(lines, options))
const enable = (): void => enableAll(h)
const sumOf = (metric: string, label?: string): number => sumIn(h, metric, label)
const lookups = (result: string): number => sumOf('homeostat.cache.requests', `"homeostat.cache.result":"${result}"`)
const opened = <T extends object>(object: T): T => {
  open.push(object as Closable)
  return object
}

describe.each(LINES)('$line inside a bundle', ({ line, names }) => {
  let hidden: Libraries
  beforeAll(async () => {
    const outfile = join(folder, `${line.replaceAll(/\W+/g, '-')}.cjs`)
    const contents = Object.entries(names)
      .map(([field, name]) => `exports.${field} = require(${JSON.stringify(name)})`)
      .join('\n')
    await build({
      stdin: { contents, resolveDir: folder, sourcefile: 'entry.cjs' },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile,
      logLevel: 'error',
    })
    hidden = createRequire(import.meta.url)(outfile) as Libraries
  })
  const pool = () => opened(new hidden.pg.Pool({ connectionString: postgres.url, max: 3 }))
  const client = () => opened(new hidden.ioredis.Redis(redis.url, { keyPrefix: `${crypto.randomUUID()}:` }))
  const queue = () =>
    opened(
      new hidden.bullmq.Queue('mails', {
        connection: { host: redis.host, port: redis.port },
        prefix: crypto.randomUUID(),
      }),
    )

  it('nothing is measured unless it is handed over', async () => {
    start()
    enable()
    await pool().query('SELECT 1')
    await client().get('a')
    expect([sumOf('db.client.operation.duration'), lookups('miss')]).toEqual([0, 0])
  })

  it.each(['before', 'after'])(
    'what is handed over %s the instrumentations are enabled is measured, once',
    async when => {
      start()
      const objects = { pg: pool(), redis: [client()], queues: queue() }
      if (when === 'after') enable()
      for (let times = 0; times < 3; times++) h.observe(objects as ObservedObjects)
      if (when === 'before') enable()
      await objects.pg.query('SELECT 1')
      await objects.pg.query('SELECT $1::int', [2])
      await objects.redis[0]!.set('a', '1')
      await objects.redis[0]!.get('a')
      await objects.redis[0]!.mget('a', 'none')
      await objects.queues.add('send', {})
      expect(sumOf('db.client.operation.duration')).toBe(2)
      expect(sumOf('db.client.connection.limit')).toBe(3)
      expect([lookups('hit'), lookups('miss')]).toEqual([2, 1])
      await eventually(() => sumOf('bullmq.queue.jobs')).toBe(1)
      expect(sumOf('homeostat.errors')).toBe(0)
      expect(lines).toEqual([])
    },
  )

  it('transactions, pipelines and scripts of a client count as they do with the hook', async () => {
    start()
    enable()
    const redisClient = client()
    h.observe({ redis: redisClient })
    // Sent before there is a connection, so ioredis sends it twice: to its queue, and from there.
    await redisClient.get('early')
    await redisClient.set('a', '1')
    await redisClient.pipeline().get('a').get('none').exec()
    await redisClient.multi().get('a').get('none').set('b', '1').exec()
    await redisClient.multi({ pipeline: false })
    await redisClient.get('a')
    await redisClient.discard()
    await redisClient.multi({ pipeline: false })
    await redisClient.get('a')
    expect(await redisClient.exec()).toEqual([[null, '1']])
    expect(await redisClient.eval('return redis.call("GET", KEYS[1])', 1, 'a')).toBe('1')
    expect([lookups('hit'), lookups('miss')]).toEqual([3, 3])
  })

  it('a worker is known by its queue', async () => {
    start()
    enable()
    const producer = queue()
    const worker = opened(
      new hidden.bullmq.Worker('mails', () => sleep(5000), {
        connection: { host: redis.host, port: redis.port },
        prefix: producer.opts.prefix!,
      }),
    )
    h.observe({ workers: [worker] })
    await producer.add('send', {})
    await eventually(() => sumOf('bullmq.queue.jobs', '"bullmq.queue.jobs.state":"active"')).toBe(1)
    await worker.close(true)
  })

  it('everything is as it was at the end, and the objects go on', async () => {
    start()
    enable()
    const objects = { pg: pool(), redis: client() }
    const query = hidden.pg.Client.prototype.query
    const connect = objects.pg.connect
    h.observe(objects as ObservedObjects)
    await objects.pg.query('SELECT 1')
    await h.stop()
    expect(hidden.pg.Client.prototype.query).toBe(query)
    expect(objects.pg.connect).toBe(connect)
    expect(Object.hasOwn(objects.redis, 'sendCommand')).toBe(false)
    expect((await objects.pg.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    expect(await objects.redis.get('none')).toBe(null)
    expect(sumOf('db.client.operation.duration')).toBe(1)
  })
})

describe('objects that a hook has found as well', () => {
  it('count once', async () => {
    start()
    const [{ default: pg }, { Redis }, { Queue }] = await Promise.all([
      import('pg'),
      import('ioredis'),
      import('bullmq'),
    ])
    const pool = opened(new pg.Pool({ connectionString: postgres.url }))
    const redisClient = opened(new Redis(redis.url))
    const connection = { host: redis.host, port: redis.port }
    const queue = opened(new Queue('mails', { connection, prefix: crypto.randomUUID() }))
    const objects = { pg: pool, redis: redisClient, queues: queue } as ObservedObjects
    h.observe(objects)
    enable()
    h.observe(objects)
    for (let n = 0; n < 3; n++) await pool.query('SELECT 1')
    for (let n = 0; n < 3; n++) await redisClient.get('none')
    await queue.add('send', {})
    expect(sumOf('db.client.operation.duration')).toBe(3)
    expect(sumOf('db.client.connection.limit')).toBe(10)
    expect(lookups('miss')).toBe(3)
    await eventually(() => sumOf('bullmq.queue.jobs')).toBe(1)
  })
})

describe('caches', () => {
  it('of any kind are counted by get(), and one that publishes its lookups is counted once', async () => {
    const { LRUCache } = await import('lru-cache')
    const { LRUCache: Nameless } = await import('lru-cache-11.3')
    start()
    enable()
    const caches = [new LRUCache<string, number>({ max: 5 }), new Nameless<string, number>({ max: 5 }), new Map()]
    h.observe({ caches })
    for (const cache of caches as Map<string, number>[]) {
      cache.set('a', 1)
      expect(cache.get('a')).toBe(1)
      expect(cache.get('none')).toBe(undefined)
      cache.get('a')
    }
    expect([lookups('hit'), lookups('miss')]).toEqual([6, 3])
    // lru-cache 11.3 does not say which cache it was.
    expect(sumOf('homeostat.cache.entries')).toBe(2)
    await h.stop()
    expect(caches.map(cache => Object.hasOwn(cache, 'get'))).toEqual([false, false, false])
  })
})

it('a queue does not fit as a worker, and undefined is left out without a line', async () => {
  const { Queue } = await import('bullmq')
  start()
  const connection = { host: redis.host, port: redis.port }
  const queue = opened(new Queue('mails', { connection }))
  h.observe({ workers: queue, pg: undefined, redis: [] })
  await eventually(() => lines).toEqual([
    expect.stringContaining('a Worker of BullMQ as workers, or a list of them, but was given Queue;'),
  ])
})
