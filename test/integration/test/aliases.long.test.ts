import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { startPostgres, startRedis, type Postgres, type Redis } from '@homeostat/services'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const require = createRequire(import.meta.url)
let folder: string
let redis: Redis
let postgres: Postgres

/** Installs a package under an alias as npm does: a folder of the alias' name, whose package.json has the package's. */
async function install(name: string, alias: string): Promise<void> {
  const source = await realpath(new URL(`../node_modules/${name}`, import.meta.url))
  const target = join(folder, 'node_modules', alias)
  await mkdir(dirname(target), { recursive: true })
  await cp(source, target, { recursive: true })
  const siblings = dirname(source)
  await mkdir(join(target, 'node_modules'), { recursive: true })
  for (const entry of await readdir(siblings)) {
    if (entry === basename(source)) continue
    await symlink(join(siblings, entry), join(target, 'node_modules', entry)).catch(() => undefined)
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aliases-'))
  await Promise.all([
    install('ioredis-5', 'ioredis5'),
    install('ioredis', '@mine/redis'),
    install('bullmq-5', 'bullmq5'),
    install('bullmq', 'jobs'),
    install('pg', 'postgres-client'),
    install('pg-8.11', 'pg8'),
    install('lru-cache', 'lru'),
  ])
  ;[redis, postgres] = await Promise.all([startRedis(), startPostgres()])
})
afterAll(async () => {
  await Promise.all([redis.stop(), postgres.stop()])
  await rm(folder, { recursive: true, force: true })
})

/** Runs a program beside the aliases and returns the metrics that have a value, each with the sum of its points. */
async function metricsOf(body: string): Promise<Record<string, number>> {
  const path = join(folder, `${crypto.randomUUID()}.mjs`)
  const packages = ['bullmq', 'cache', 'ioredis', 'pg'].map(name => require.resolve(`@homeostat/${name}`))
  await writeFile(
    path,
    `import { createRequire } from 'node:module'
     const require = createRequire(import.meta.url)
     const load = ${JSON.stringify(packages)}
     const [{ BullMQInstrumentation }, { CacheInstrumentation }, { IORedisInstrumentation }, { PgInstrumentation }] =
       await Promise.all(load.map(path => import(path)))
     const all = [new BullMQInstrumentation({ pollIntervalMs: 20, timeoutMs: 30_000 }), new CacheInstrumentation(), new IORedisInstrumentation(), new PgInstrumentation()]
     const enable = () => all.forEach(one => one.enable())
     const sums = () => Object.fromEntries(all.flatMap(({ registry }) => registry.collect().metrics).map(({ descriptor, dataPoints }) =>
       [descriptor.name, dataPoints.reduce((sum, { value }) => sum + (typeof value === 'number' ? value : value.count), 0)]))
     ${body}
     console.log(JSON.stringify(sums()))
     process.exit()`,
  )
  const args = [path, redis.url, postgres.url, redis.host, String(redis.port)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 })
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!)
}

const REDIS = `const client = new Redis(process.argv[2]); await client.get('none'); await client.get('none'); client.disconnect()`
const QUEUE = `const queue = new Queue('mail', { connection: { host: process.argv[4], port: +process.argv[5] }, prefix: crypto.randomUUID() })
  await queue.add('a', {})
  for (let n = 0; n < 500 && !(sums()['bullmq.queue.jobs'] >= 1); n++) await new Promise(resolve => setTimeout(resolve, 10))`
const POSTGRES = `const pool = new pg.Pool({ connectionString: process.argv[3] }); await pool.query('SELECT 1'); await pool.query('SELECT 2')`
const CACHE = `const cache = new LRUCache({ max: 5 }); cache.set('a', 1); cache.get('a'); cache.get('b')`

describe('2-54: a library under an npm alias is measured', () => {
  it.each([
    ['ioredis 5', `const { Redis } = X('ioredis5')`, REDIS, 'homeostat.cache.requests', 2],
    ['ioredis 6', `const { Redis } = X('@mine/redis')`, REDIS, 'homeostat.cache.requests', 2],
    ['BullMQ 5', `const { Queue } = X('bullmq5')`, QUEUE, 'bullmq.queue.jobs', 1],
    ['BullMQ 6', `const { Queue } = X('jobs')`, QUEUE, 'bullmq.queue.jobs', 1],
    ['pg', `const pg = D(X('postgres-client'))`, POSTGRES, 'db.client.operation.duration', 2],
    ['pg 8.11', `const pg = D(X('pg8'))`, POSTGRES, 'db.client.operation.duration', 2],
    ['lru-cache', `const { LRUCache } = X('lru')`, CACHE, 'homeostat.cache.requests', 2],
  ])('%s: imported or required, before or after', async (_library, load, use, metric, expected) => {
    const imported = load.replace(/X\(/, 'await import(').replace(/D\((.*)\)$/, '($1).default')
    const required = load.replace(/X\(/, 'require(').replace(/D\((.*)\)$/, '$1')
    const programs = [
      `enable(); ${imported}`,
      `enable(); ${required}`,
      `${imported}; enable()`,
      `${required}; enable()`,
    ]
    for (const program of programs) {
      const sums = await metricsOf(`${program}\n${use}`)
      expect(sums[metric], program).toBe(expected)
      if (metric !== 'homeostat.cache.requests') expect(sums['homeostat.cache.requests'] ?? 0).toBe(0)
      expect(sums['homeostat.errors'] ?? 0).toBe(0)
    }
    // A pool is measured under an alias as well.
    if (metric.startsWith('db.'))
      expect(await metricsOf(`enable(); ${required}\n${use}`)).toMatchObject({
        'db.client.connection.limit': 10,
      })
  })
})
