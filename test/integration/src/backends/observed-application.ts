// An application that a Prometheus scrapes. Its event loop stalls and its cache misses, until the line `well`; at each other line of the
// standard input it prints the alerts that fire in the process.
import { createInterface } from 'node:readline'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { homeostat } from 'homeostat'
import { Redis } from 'ioredis'

export interface FiringAlert {
  readonly alert: string
  readonly labels: Readonly<Record<string, string>>
}

const h = homeostat({ intervalMs: 1000, log: false })
const exporter = new PrometheusExporter({ host: '127.0.0.1', port: Number(process.env['PORT']) })
const sdk = new NodeSDK({
  serviceName: 'observed',
  metricReaders: [h.attach(exporter)],
  instrumentations: [...h.instrumentations],
  spanProcessors: [],
  logRecordProcessors: [],
})
sdk.start()

const redis = new Redis(process.env['REDIS_URL']!)
const work = setInterval(() => {
  for (let key = 0; key < 20; key++) void redis.get(`missing:${key}`)
  const until = performance.now() + 1200
  while (performance.now() < until);
}, 3000)

console.log('ready')
for await (const line of createInterface(process.stdin)) {
  if (line === 'well') clearInterval(work)
  await exporter.collect()
  const firing = h.optimizer.tick().firings.map(({ alert, labels }): FiringAlert => ({ alert, labels }))
  console.log(JSON.stringify(firing))
}
clearInterval(work)
redis.disconnect()
await sdk.shutdown()
await h.stop()
