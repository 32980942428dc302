// One process of `npm run bench -- start`: imports, starts, runs a few ticks, and sends what that took to its parent.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StartMeasurement, StartTask } from './start-bench.ts'

const { variant, ticks } = JSON.parse(process.argv[2] ?? '') as StartTask
const INTERVAL_MS = 1000

/** Imports, and what that took on the clock and of the processor. */
async function timed<T>(load: () => Promise<T>): Promise<readonly [loaded: T, ms: number, cpuMs: number]> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const loaded = await load()
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return [loaded, ms, (user + system) / 1000]
}

const stateDir = mkdtempSync(join(tmpdir(), 'homeostat-bench-'))
process.once('exit', () => rmSync(stateDir, { recursive: true, force: true }))

const [[{ NodeSDK }, { PrometheusExporter }], sdkMs, sdkCpuMs] = await timed(() =>
  Promise.all([import('@opentelemetry/sdk-node'), import('@opentelemetry/exporter-prometheus')]),
)
// Without a server, so that two of them may run at a time.
const exporter = new PrometheusExporter({ preventServerStart: true })
let own = { ms: 0, cpuMs: 0 }
if (variant === 'sdk') new NodeSDK({ metricReaders: [exporter] }).start()
else {
  const [{ homeostat }, ms, cpuMs] = await timed(() => import('homeostat'))
  own = { ms, cpuMs }
  const h = homeostat({ service: 'bench', stateDir, intervalMs: INTERVAL_MS })
  new NodeSDK({ metricReaders: [h.attach(exporter)], instrumentations: [...h.instrumentations] }).start()
}
for (let tick = 0; tick < ticks; tick++) {
  await sleep(INTERVAL_MS)
  await exporter.collect()
}
// The second one collects what the first one has released.
for (let i = 0; i < 2; i++) {
  globalThis.gc?.()
  await sleep(10)
}
const { heapUsed, external, rss } = process.memoryUsage()
const measurement: StartMeasurement = {
  sdkMs,
  sdkCpuMs,
  ownMs: own.ms,
  ownCpuMs: own.cpuMs,
  heap: heapUsed,
  external,
  rss,
}
await new Promise(sent => process.send?.(measurement, sent))
process.exit()
