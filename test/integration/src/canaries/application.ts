// A service that holds a secret wherever an application can hold one, with everything of Homeostat switched on. It prints
// what left the process or was kept by it, as one line of JSON. Run by `canaries.test.ts`.
import { createServer } from 'node:http'
import { readdir, readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as api from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { Queue, Worker } from 'bullmq'
import { homeostat, type Action, type Knob, type Receipt, type Response } from 'homeostat'
import { Redis } from 'ioredis'
import { createRedisCoordinator, createRedisStateStore } from '@homeostat/ioredis/domain'
import { createPostgresCoordinator, createPostgresStateStore } from '@homeostat/pg/domain'
import { LRUCache } from 'lru-cache'
import { Client, Pool } from 'pg'
import { canaries } from './canaries.ts'
import { malformedUrls } from './malformed-urls.ts'

export interface CanaryArgs {
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly stateDir: string
  /** Where leases and states are kept. */
  readonly place: 'redis' | 'postgres'
  readonly prefix: string
}

/** By the way it left. */
export type CanaryResult = Readonly<Record<string, string>> & { readonly canaries: string }

const args = JSON.parse(process.argv[2] ?? '{}') as CanaryArgs
const canary = canaries()

const diagLines: string[] = []
const note = (...parts: unknown[]): void => void diagLines.push(parts.map(String).join(' '))
api.diag.setLogger({ error: note, warn: note, info: note, debug: note, verbose: note }, api.DiagLogLevel.ALL)
const warnings: string[] = []
process.on('warning', ({ name, message, stack }) => warnings.push(`${name} ${message} ${stack}`))
const unhandled: string[] = []
process.on('unhandledRejection', error => unhandled.push(String((error as Error)?.stack)))
process.on('uncaughtException', error => unhandled.push(String(error?.stack)))

const logs: unknown[] = []
;(api as { logs?: { setGlobalLoggerProvider(provider: unknown): void } }).logs?.setGlobalLoggerProvider({
  getLogger: () => ({ emit: (record: unknown) => void logs.push(record), enabled: () => true }),
})

const otlp: string[] = []
const backend = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    otlp.push(Buffer.concat(chunks).toString('utf8'))
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
})
await new Promise<void>(resolve => backend.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${(backend.address() as AddressInfo).port}/v1/metrics`
const periodic = new PeriodicExportingMetricReader({
  exporter: new OTLPMetricExporter({ url }),
  exportIntervalMillis: 3_600_000,
})
const prometheus = new PrometheusExporter({ preventServerStart: true })
const spans = new InMemorySpanExporter()

/** Thrown values of all kinds, each with canaries wherever text fits. */
const thrown: readonly (() => unknown)[] = [
  () => new Error(canary('error message')),
  () => Object.assign(new Error(canary('message beside a code')), { code: canary('error code') }),
  () => Object.assign(new Error('x'), { name: canary('error name') }),
  () => new Error('x', { cause: new Error(canary('error cause')) }),
  () => Object.assign(new Error('x'), { stack: canary('error stack') }),
  () => Object.assign(new Error('x'), { detail: canary('error detail'), hint: canary('error hint') }),
  () => canary('thrown string'),
  () => ({ message: canary('thrown object'), toString: () => canary('thrown toString') }),
  () => new AggregateError([new Error(canary('aggregated error'))], canary('aggregate message')),
  () => Object.assign(new Error(canary('many lines')), { stack: `Error: x\n    at ${canary('frame')} (a.js:1:2)` }),
  () => Symbol(canary('thrown symbol')),
  () => class Thrown extends Error {},
]
let throws = 0
const throwNext = (): never => {
  throw thrown[throws++ % thrown.length]!()
}

const receiptOf = (): Receipt =>
  ({
    summary: 'cleared 1 entry',
    effects: { entries: 1, [`${canary('effect name')}:/?`]: 2 },
    problems: [],
    undo: async () => throwNext(),
    renew: async () => throwNext(),
    secret: canary('extra property of a receipt'),
  }) as Receipt

const actionOf = (name: string, run: Action['run']): Action => ({
  name,
  scope: 'process',
  touches: [name],
  raises: [],
  lowers: [],
  risk: 0,
  run,
})
let runs = 0
const actions: Action[] = [
  ...thrown.map((value, index) =>
    actionOf(`shop.throw${index}`, async () => {
      throw value()
    }),
  ),
  actionOf('shop.receipt', async () => receiptOf()),
  actionOf('shop.odd', async () => ({ summary: 5, effects: canary('odd receipt'), undo: () => throwNext() }) as never),
  actionOf('shop.count', async () => ({ summary: `run ${++runs}`, effects: { runs: 1 } })),
  { ...actionOf('shop.unready', async () => throwNext()), unready: () => throwNext() },
]
const knob: Knob = {
  name: 'shop.knob',
  scope: 'process',
  keptIn: 'memory',
  bounds: { min: 0, max: 10 },
  read: () => throwNext(),
  compareAndSet: () => throwNext(),
}
const alerts = [...actions.map(({ name }) => name), 'shop.knob', 'cache.warm', 'query.optimize', 'memory.cleanup']
const rules = alerts.map(name => ({ alert: `For_${name.replaceAll('.', '_')}`, expr: 'vector(1)' }))
const responses: Response[] = alerts.map(name => ({
  to: { alert: `For_${name.replaceAll('.', '_')}` },
  action: name,
  // Never withheld as a control.
  priority: 'safety',
  cooldownMs: 1000,
  timeoutMs: 3000,
  ...(name === 'shop.knob' && { options: { by: 1 } }),
  ...(name === 'shop.receipt' && {
    expect: { expr: 'vector(1)', direction: 'down', settleMs: 1000, windowMs: 1000 },
  }),
}))

const secretKey = `${args.prefix}key:${canary('cache key')}`
const redis = new Redis(args.redisUrl, { connectionName: canary('connection name').replaceAll('-', '_') })
const service = `canary${process.pid}`
const pool = new Pool({ connectionString: args.databaseUrl, application_name: 'canary' })
pool.on('error', () => undefined)
const h = homeostat({
  service,
  mode: 'act',
  intervalMs: 3_600_000,
  warmUpMs: 0,
  watchdog: false,
  killSignal: false,
  stateDir: args.stateDir,
  coordinator:
    args.place === 'redis'
      ? createRedisCoordinator({ client: redis, service })
      : createPostgresCoordinator({ pool, service }),
  stateStore:
    args.place === 'redis'
      ? createRedisStateStore({ client: redis, service })
      : createPostgresStateStore({ pool, service }),
  rules,
  responses,
  actions,
  knobs: [knob],
  budget: { runsPerHour: 10_000, runsPerHourOfAction: 10_000, concurrentRuns: 1000, blockedMsPerMinute: 60_000 },
  pg: { slowQueryThresholdMs: 1, poolName: () => throwNext() },
  cache: { names: () => throwNext() },
  ioredis: {
    ignore: () => throwNext(),
    names: () => throwNext(),
    loaders: [
      {
        name: 'products',
        client: redis,
        keys: () => [secretKey, `${args.prefix}${canary('key that fails')}`],
        load: async (key: string) => (key === secretKey ? canary('loaded value') : throwNext()),
        ttlSeconds: 60,
      },
    ],
  },
} as never)
h.on(() => throwNext())
h.on(() => Promise.reject(thrown[throws++ % thrown.length]!()))

const sdk = new NodeSDK({
  metricReaders: [h.attach(periodic), h.attach(prometheus)],
  spanProcessors: [new SimpleSpanProcessor({ exporter: spans } as never), h.spanProcessor],
  instrumentations: [...h.instrumentations],
})
sdk.start()

const quietly = async (work: () => unknown): Promise<void> => {
  try {
    await work()
  } catch {
    // The application goes on.
  }
}

// Postgres: literals, values, names and errors.
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

// Connection strings that nobody can reach, and that hold a password where it does not belong.
const ended: { end(): unknown }[] = []
for (const [place, text] of malformedUrls('postgres', canary)) {
  await quietly(async () => {
    const broken = new Pool({ connectionString: text, connectionTimeoutMillis: 50, max: 1 })
    broken.on('error', () => undefined)
    ended.push(broken)
    await quietly(() => broken.query('SELECT 1'))
  })
  await quietly(() => new Client({ connectionString: text, connectionTimeoutMillis: 50 }).connect())
  if (place.length === 0) throw new Error('a place has no name')
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

// Redis: keys, values, errors, and connection strings.
await redis.set(secretKey, canary('cache value'), 'EX', 60)
await redis.get(secretKey)
await redis.mget(secretKey, `${args.prefix}${canary('missing key')}`)
await redis.hget(`${args.prefix}${canary('hash key')}`, canary('hash field'))
await quietly(() => redis.lpush(secretKey, canary('wrong type')))
await quietly(() => redis.eval(`return redis.error_reply('${canary('script error')}')`, 0))
for (const [, text] of malformedUrls('redis', canary))
  await quietly(async () => {
    const broken = new Redis(text, { lazyConnect: true, retryStrategy: null, connectTimeout: 50 } as never)
    broken.on('error', () => undefined)
    await quietly(() => broken.connect())
    broken.disconnect()
  })

// BullMQ: names, ids, data and failures of jobs.
const connection = { ...redis.options, connectionName: 'canary', maxRetriesPerRequest: null } as never
const queue = new Queue('mails', { connection, prefix: `${args.prefix}bull` })
const worker = new Worker(
  'mails',
  async job => {
    if (job.name.includes('fails')) throw new Error(canary('job error'))
    return canary('job result')
  },
  { connection, prefix: `${args.prefix}bull` },
)
worker.on('error', () => undefined)
await queue.add(canary('job name'), { token: canary('job data') }, { jobId: canary('job id') })
await queue.add(`fails ${canary('failing job')}`, { token: canary('data of a failing job') }, { attempts: 1 })

// lru-cache: keys and values.
const lru = new LRUCache<string, string>({ max: 10 })
lru.set(canary('lru key'), canary('lru value'))
lru.get(canary('lru key'))
lru.get(canary('missing lru key'))

for (let tick = 0; tick < 4; tick++) {
  await sleep(400)
  await h.optimizePerformance()
}
await sleep(1500)
const { entry } = await h.optimizer.tickAndWait()
const report = (h as unknown as { report?: (format?: unknown) => unknown }).report
const explained = alerts.flatMap(name => [
  ...Array.from({ length: 5 }, (_, i) => h.explain(`${name}#${i + 1}`)),
  h.explain(`For_${name.replaceAll('.', '_')}`),
])

await periodic.forceFlush()
const text = await new Promise<string>(resolve =>
  prometheus.getMetricsRequestHandler({} as never, { statusCode: 0, setHeader() {}, end: resolve } as never),
)
const ran = new Set(
  h.optimizer.ledger.entries.flatMap(({ ended: over, advised }) => [...over, ...advised].map(({ action }) => action)),
)
await h.stop()
const spanTexts = inspectSpans()
await sdk.shutdown().catch(() => undefined)

const found = {
  diag: diagLines.join('\n'),
  warnings: warnings.join('\n'),
  unhandled: unhandled.join('\n'),
  otlp: otlp.join('\n'),
  prometheus: text,
  spans: spanTexts,
  logs: JSON.stringify(logs),
  explain: JSON.stringify(explained),
  evidence: JSON.stringify(h.evidence()),
  ledger: JSON.stringify([entry, h.optimizer.ledger.entries]),
  report: JSON.stringify(report?.call(h)) ?? '',
  reportText: String(report?.call(h)),
  state: await filesIn(args.stateDir),
  redis: await ownKeys(),
  postgres: await ownTables(),
  ran: [...ran].toSorted().join(),
  canaries: JSON.stringify(canary.all),
} satisfies CanaryResult

await worker.close()
await queue.close()
redis.disconnect()
await pool.end()
backend.close()
backend.closeAllConnections()
await new Promise(written => process.stdout.write(`${JSON.stringify(found)}\n`, written))
process.exit(0)

function inspectSpans(): string {
  return JSON.stringify(
    spans
      .getFinishedSpans()
      .map(({ name, attributes, events, status, links }) => [name, attributes, events, status, links]),
  )
}

async function filesIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const texts = entries.map(async file => {
    const path = join(file.parentPath, file.name)
    return `${path.slice(folder.length)}\n${file.isFile() ? await readFile(path, 'utf8') : ''}`
  })
  return (await Promise.all(texts)).join('\n')
}

/** Keys of ours and what is in them. */
async function ownKeys(): Promise<string> {
  const keys = await redis.keys('homeostat:*')
  const values = keys.map(async key => {
    const type = await redis.type(key)
    const read = { string: () => redis.get(key), hash: () => redis.hgetall(key) }[type] ?? (() => redis.dump(key))
    return `${key} ${type} ${JSON.stringify(await read())}`
  })
  return (await Promise.all(values)).join('\n')
}

async function ownTables(): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE tablename LIKE 'homeostat%'`,
  )
  const texts = rows.map(async ({ name }) => JSON.stringify((await pool.query(`SELECT * FROM ${name}`)).rows))
  return (await Promise.all(texts)).join('\n')
}
