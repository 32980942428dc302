import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { homeostat } from 'homeostat'
import { expect, test } from 'vitest'

test('external services are read from the application’s own http.client.request.duration: rate, p95, and failures of the server only', async () => {
  await using stack = new AsyncDisposableStack()
  const server = createServer((request, response) => {
    response.writeHead(Number(request.url!.slice(1))).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  stack.defer(() => void server.close())
  const { port } = server.address() as AddressInfo
  const h = stack.use(homeostat({ autoStart: false }))
  const reader = h.attach(new PrometheusExporter({ preventServerStart: true }))
  const sdk = new NodeSDK({
    metricReaders: [reader],
    instrumentations: [new UndiciInstrumentation(), ...h.instrumentations],
    spanProcessors: [],
    logRecordProcessors: [],
  })
  sdk.start()
  stack.defer(() => sdk.shutdown())

  const began = performance.now()
  for (const status of [200, 200, 200, 200, 404, 404, 404, 404, 500, 503]) {
    await (await fetch(`http://127.0.0.1:${port}/${status}`)).arrayBuffer()
  }
  // Each series begins with its first request, so the rates of two differ by a tenth at most.
  await sleep(Math.max(2000, 10 * (performance.now() - began)))
  await reader.collect()

  const { externalServices, failures } = await h.collectMetrics()
  expect(failures).toEqual([])
  expect(Object.keys(externalServices!)).toEqual(['127.0.0.1'])
  const { requestsPerSecond, p95Ms, errorRate, health, pendingRequests } = externalServices!['127.0.0.1']!
  expect(pendingRequests).toBe(0)
  // Ten requests within a moment are known when their time is over.
  expect(['ok', 'degraded', undefined]).toContain(health)
  expect(requestsPerSecond).toBeGreaterThan(0)
  expect(p95Ms).toBeGreaterThan(0)
  expect(Math.abs(errorRate! - 0.2)).toBeLessThan(0.05)
})
