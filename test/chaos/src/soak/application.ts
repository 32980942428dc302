// The application of the soak: it answers requests at a steady rate and makes new labels, statements, pools, clients, queues
// and caches all the time. Its parent lets it work in turns.
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { homeostat, type Homeostat } from 'homeostat'
import { quantile } from '../quantile.ts'

const [how = '', postgresUrl = '', redisUrl = ''] = process.argv.slice(2)
let trips = 0
let h: Homeostat | undefined
// Both have an SDK that exports: only Homeostat makes the difference.
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1_000 })
if (how === 'with') {
  h = homeostat({
    mode: 'act',
    service: 'soak',
    warmUpMs: 0,
    killSignal: false,
    // The default intervals, as users have them. Small limits are reached soon: what is not limited shows all the more.
    maxRetainedBytes: 512 * 1024,
    pg: { slowQueryThresholdMs: 0, maxStatements: 100, maxSeries: 300 },
    cache: { resizable: () => true },
    rules: [{ alert: 'Requests', expr: 'sum by (db_client_connection_pool_name) (db_client_connection_count) >= 0' }],
  })
  h.optimizer.killSwitch.onTrip(() => trips++)
}
const meterProvider = new MeterProvider({ readers: [h ? h.attach(reader) : reader] })
registerInstrumentations({ instrumentations: h ? [...h.instrumentations] : [], meterProvider })
setInterval(() => exporter.reset(), 5_000)

const require = createRequire(import.meta.url)
const { Pool } = require('pg') as typeof import('pg')
const { Redis } = require('ioredis') as typeof import('ioredis')
const { Queue } = require('bullmq') as typeof import('bullmq')
const { LRUCache } = require('lru-cache') as typeof import('lru-cache')

const { hostname, port } = new URL(redisUrl)
const connection = { host: hostname, port: Number(port) }
const pool = new Pool({ connectionString: postgresUrl, max: 4 })
const redis = new Redis(redisUrl)
const cache = new LRUCache<string, string>({ max: 1_000 })
const prefix = crypto.randomUUID()
let made = 0

/** One request: a few things, a new key and a new statement each time. */
async function request(n: number): Promise<void> {
  const key = `${prefix}:${n}`
  cache.get(key)
  cache.set(key, String(n))
  await redis.set(key, String(n), 'EX', 10)
  await redis.get(key)
  await pool.query(`SELECT $1::text AS v /* ${n} */, ${n % 1_000} AS c${n % 400}`, [
    `value ${n} ${'x'.repeat(n % 200)}`,
  ])
}

/** Something new, used once and ended, as a service does that opens one for each tenant. */
async function somethingNew(n: number): Promise<void> {
  const tenant = new Pool({ connectionString: postgresUrl, max: 1, application_name: `tenant-${n}` })
  await tenant.query('SELECT 1').catch(() => undefined)
  await tenant.end()
  const client = new Redis(redisUrl)
  await client.get(`${prefix}:none`)
  client.disconnect()
  const queue = new Queue(`queue-${n}`, { connection, prefix })
  await queue.add('job', { n })
  await queue.obliterate({ force: true })
  await queue.close()
  const own = new LRUCache<number, number>({ max: 10 })
  for (let i = 0; i < 20; i++) own.set(i, i)
}

async function work(ms: number): Promise<{ p99Ms: number; requests: number }> {
  const latencies: number[] = []
  const inFlight = new Set<Promise<void>>()
  const track = (task: Promise<void>): void => {
    const tracked = task.finally(() => inFlight.delete(tracked))
    inFlight.add(tracked)
  }
  const until = performance.now() + ms
  for (let turn = 0; performance.now() < until; turn++) {
    const began = performance.now()
    track(request(made++).then(() => void latencies.push(performance.now() - began)))
    if (turn % 20 === 0) track(somethingNew(made))
    await sleep(10)
  }
  await Promise.all(inFlight)
  return { p99Ms: quantile(latencies, 0.99), requests: latencies.length }
}

/** Statements and cache lookups that the last export has counted. */
async function exported(): Promise<{ statements: number; lookups: number }> {
  await reader.forceFlush()
  const scopes = exporter.getMetrics().at(-1)?.scopeMetrics ?? []
  const total = (name: string): number => {
    const metrics = scopes.flatMap(scope => scope.metrics).filter(({ descriptor }) => descriptor.name === name)
    const values = metrics.flatMap(({ dataPoints }): (number | { count: number })[] => dataPoints.map(p => p.value))
    return values.reduce<number>((sum, value) => sum + (typeof value === 'number' ? value : value.count), 0)
  }
  return { statements: total('db.client.operation.duration'), lookups: total('homeostat.cache.requests') }
}

async function heapBytes(): Promise<number> {
  const collect = (globalThis as { gc?: () => void }).gc
  for (let n = 0; n < 3; n++) {
    collect?.()
    await sleep(20)
  }
  return process.memoryUsage().heapUsed
}

process.on('message', (turn: { readonly ms: number }) => {
  void (async () => {
    if (turn.ms === 0) {
      await Promise.all([pool.end(), redis.quit()])
      await Promise.all([h?.[Symbol.asyncDispose](), meterProvider.shutdown()])
      process.exit()
    }
    const { p99Ms, requests } = await work(turn.ms)
    process.send?.({ p99Ms, requests, heapBytes: await heapBytes(), trips, ...(await exported()) })
  })()
})
process.send?.('ready')
