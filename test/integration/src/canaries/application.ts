// A service that holds a secret wherever an application can hold one, with everything of Homeostat switched on. It prints
// what left the process or was kept by it, as one line of JSON. Run by `canaries.long.test.ts`.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { openConsole } from '@homeostat/console'
import { homeostat } from 'homeostat'
import { Redis } from 'ioredis'
import { createRedisCoordinator, createRedisStateStore } from '@homeostat/ioredis/domain'
import { createPostgresCoordinator, createPostgresStateStore } from '@homeostat/pg/domain'
import { Pool } from 'pg'
import { canaries } from './canaries.ts'
import { followProcess } from './followed-process.ts'
import { filesIn, ownKeys, ownTables } from './kept-state.ts'
import { leakyProgram } from './leaky-program.ts'
import { thrownValues } from './thrown-values.ts'
import { connectInVain, useLruCache, usePostgres, useQueues, useRedis } from './traffic.ts'

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

const said = followProcess()

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

const thrown = thrownValues(canary)
const { throwNext } = thrown
const program = leakyProgram(canary, thrown)
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
  rules: program.rules,
  responses: program.responses,
  actions: program.actions,
  knobs: program.knobs,
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
h.on(() => Promise.reject(thrown.next()))

const sdk = new NodeSDK({
  metricReaders: [h.attach(periodic), h.attach(prometheus)],
  spanProcessors: [new SimpleSpanProcessor({ exporter: spans } as never), h.spanProcessor],
  instrumentations: [...h.instrumentations],
})
sdk.start()

const token = canary('console token')
const page = await openConsole(h, { port: 0, token, onFault: said.note })
const authorization = `Bearer ${token}`
const shown: string[] = [page.line]
const stream = await fetch(`${page.address}/events`, { headers: { authorization } })
const followed = stream
  .body!.pipeThrough(new TextDecoderStream())
  .pipeTo(new WritableStream({ write: (text: string) => void shown.push(text) }))

await usePostgres(pool, canary)
await useRedis(redis, secretKey, args.prefix, canary)
await connectInVain(canary)
const queues = await useQueues(redis, args.prefix, canary)
useLruCache(canary)

for (let tick = 0; tick < 4; tick++) {
  await sleep(400)
  await h.optimizePerformance()
}
await sleep(1500)
const { entry } = await h.optimizer.tickAndWait()
for (const name of program.asked.flatMap(name => [`${name}#1`, name, `For_${name.replaceAll('.', '_')}`])) {
  const answer = await fetch(`${page.address}/explain?id=${encodeURIComponent(name)}`, { headers: { authorization } })
  shown.push(await answer.text())
}
const report = (h as unknown as { report?: (format?: unknown) => unknown }).report
const explained = program.asked.flatMap(name => [
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
await page[Symbol.asyncDispose]()
await followed.catch(() => undefined)
await h.stop()
const spanTexts = inspectSpans()
await sdk.shutdown().catch(() => undefined)

const found = {
  ...said.texts(),
  otlp: otlp.join('\n'),
  prometheus: text,
  spans: spanTexts,
  explain: JSON.stringify(explained),
  evidence: JSON.stringify(h.evidence()),
  ledger: JSON.stringify([entry, h.optimizer.ledger.entries]),
  report: JSON.stringify(report?.call(h)) ?? '',
  reportText: String(report?.call(h)),
  console: shown.join('\n'),
  state: await filesIn(args.stateDir),
  redis: await ownKeys(redis),
  postgres: await ownTables(pool),
  ran: [...ran].toSorted().join(),
  canaries: JSON.stringify(canary.all),
} satisfies CanaryResult

await queues[Symbol.asyncDispose]()
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
