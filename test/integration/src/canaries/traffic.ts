import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'
import { Client, Pool } from 'pg'
import type { Canaries } from './canaries.ts'
import { malformedUrls } from './malformed-urls.ts'

/** Runs statements with secrets in literals, values, names and errors. */
export async function usePostgres(pool: Pool, canary: Canaries): Promise<void> {
  const slow = `, pg_sleep(0.01)`
  for (let i = 0; i < 3; i++) {
    await pool.query(`SELECT '${canary('SQL literal')}'${slow}`)
    await pool.query(`SELECT $1::text${slow}`, [canary('bind value')])
    await pool.query({ name: 'prepared', text: `SELECT $1::text${slow}`, values: [canary('prepared value')] })
    await pool.query(`SELECT 1 AS "${canary('column alias')}"${slow}`)
    await pool.query(`SELECT 1 /* ${canary('SQL comment')} */${slow}`)
    await pool.query(`SELECT $tag$${canary('dollar-quoted')}$tag$${slow}`)
    await pool.query(`SELECT E'\\'${canary('escaped literal')}'${slow}`)
    await quietly(() => pool.query(`SELECT '${canary('literal that fails')}'::int`))
    await quietly(() => pool.query('SELECT $1::int', [canary('value that fails')]))
    await quietly(() => pool.query(`SELEC ${canary('syntax error')}`))
    await quietly(() => pool.query(`SELECT '${canary('unclosed literal')}`))
  }
}

/** Runs commands with secrets in keys, values and errors. */
export async function useRedis(redis: Redis, secretKey: string, prefix: string, canary: Canaries): Promise<void> {
  await redis.set(secretKey, canary('cache value'), 'EX', 60)
  await redis.get(secretKey)
  await redis.mget(secretKey, `${prefix}${canary('missing key')}`)
  await redis.hget(`${prefix}${canary('hash key')}`, canary('hash field'))
  await quietly(() => redis.lpush(secretKey, canary('wrong type')))
  await quietly(() => redis.eval(`return redis.error_reply('${canary('script error')}')`, 0))
}

/** Runs jobs with secrets in ids, data, failures, and in the values within their names. Dispose of the result at the end. */
export async function useQueues(redis: Redis, prefix: string, canary: Canaries): Promise<AsyncDisposable> {
  const connection = { ...redis.options, connectionName: 'canary', maxRetriesPerRequest: null } as never
  const queue = new Queue('mails', { connection, prefix: `${prefix}bull` })
  const worker = new Worker(
    'mails',
    async job => {
      if (job.name.includes('fails')) throw new Error(canary('job error'))
      return canary('job result')
    },
    { connection, prefix: `${prefix}bull` },
  )
  worker.on('error', () => undefined)
  await queue.add(
    `report for ${canary('job name')}@example.com`,
    { token: canary('job data') },
    { jobId: canary('job id') },
  )
  await queue.add(
    `fails for ${canary('failing job')}@example.com`,
    { token: canary('data of a failing job') },
    { attempts: 1 },
  )
  return {
    async [Symbol.asyncDispose]() {
      await worker.close()
      await queue.close()
    },
  }
}

/** Looks up secrets in an lru-cache. */
export function useLruCache(canary: Canaries): void {
  const lru = new LRUCache<string, string>({ max: 10 })
  lru.set(canary('lru key'), canary('lru value'))
  lru.get(canary('lru key'))
  lru.get(canary('missing lru key'))
}

/** Connects with passwords in places where they do not belong. Nothing answers. */
export async function connectInVain(canary: Canaries): Promise<void> {
  for (const [, text] of malformedUrls('postgres', canary)) {
    await quietly(async () => {
      const broken = new Pool({ connectionString: text, connectionTimeoutMillis: 50, max: 1 })
      broken.on('error', () => undefined)
      await quietly(() => broken.query('SELECT 1'))
    })
    await quietly(() => new Client({ connectionString: text, connectionTimeoutMillis: 50 }).connect())
  }
  await quietly(() =>
    new Pool({ host: `db:${canary('password in a host')}@x`, connectionTimeoutMillis: 50 }).query('SELECT 1'),
  )
  await quietly(() => new Pool({ host: '127.0.0.1', port: 1, password: canary('password option') }).query('SELECT 1'))
  process.env['PGPASSWORD'] = canary('PGPASSWORD')
  process.env['PGHOST'] = `svc:${canary('PGHOST')}@127.0.0.1`
  await quietly(() => new Pool({ port: 1, connectionTimeoutMillis: 50 }).query('SELECT 1'))
  delete process.env['PGPASSWORD']
  delete process.env['PGHOST']
  for (const [, text] of malformedUrls('redis', canary))
    await quietly(async () => {
      const broken = new Redis(text, { lazyConnect: true, retryStrategy: null, connectTimeout: 50 } as never)
      broken.on('error', () => undefined)
      await quietly(() => broken.connect())
      broken.disconnect()
    })
}

async function quietly(work: () => unknown): Promise<void> {
  try {
    await work()
  } catch {
    // The application goes on.
  }
}
