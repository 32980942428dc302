import { readFileSync } from 'node:fs'
import http2 from 'node:http2'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { attributes as a, metrics } from '@homeostat/semconv'
import { Agent, fetch, request } from 'undici'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HttpInstrumentation } from '../../src/index.ts'
import { measured, total } from './measured.ts'

const pem = (name: string): Buffer =>
  readFileSync(new URL(`../../../../test/otlp/src/certificate/${name}.pem`, import.meta.url))

let instrumentation: HttpInstrumentation
let server: http2.Http2SecureServer
let agent: Agent
let held: http2.Http2ServerResponse[] = []

beforeEach(async () => {
  held = []
  server = http2.createSecureServer({ key: pem('key'), cert: pem('certificate') }, (incoming, response) => {
    if (incoming.url === '/hang') held.push(response)
    else if (incoming.url === '/reset') response.stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR)
    else response.writeHead(incoming.url === '/fails' ? 503 : 200).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  agent = new Agent({ allowH2: true, connect: { rejectUnauthorized: false } })
  instrumentation = new HttpInstrumentation()
  instrumentation.enable()
})
afterEach(async () => {
  await agent.destroy()
  instrumentation.disable()
  server.close()
})

const url = (path: string): string => `https://localhost:${(server.address() as AddressInfo).port}${path}`
const active = (): number => total(instrumentation.registry, metrics.httpClientActiveRequests)

test('requests of undici over HTTP/2 are counted as those over HTTP/1 are, many on one connection', async () => {
  await (await fetch(url('/'), { dispatcher: agent })).text()
  await Promise.all(Array.from({ length: 8 }, async () => (await request(url('/'), { dispatcher: agent })).body.text()))
  await (await request(url('/fails'), { dispatcher: agent })).body.text()
  const { registry } = instrumentation
  const statuses = measured(registry, metrics.httpClientRequestDuration).map(each => [
    each.attributes[a.httpResponseStatusCode],
    each.value,
  ])
  expect(statuses).toEqual([
    [200, 9],
    [503, 1],
  ])
  expect(active()).toBe(0)
  expect(total(registry, metrics.httpClientPendingRequests)).toBe(0)
  expect(total(registry, metrics.httpClientOpenConnections)).toBeGreaterThan(0)
  expect(total(registry, metrics.httpClientOpenConnections, { [a.httpConnectionState]: 'active' })).toBe(0)
  expect(total(registry, metrics.httpClientFailures, { [a.httpFailureClass]: 'server_error' })).toBe(1)
  // The other side of the same requests.
  await expect.poll(() => total(registry, metrics.httpServerDuration)).toBe(10)
})

test('streams that are reset, hang or are given up leave nothing in flight', async () => {
  await expect(request(url('/reset'), { dispatcher: agent })).rejects.toThrow()
  const stop = new AbortController()
  const given = request(url('/hang'), { dispatcher: agent, signal: stop.signal }).catch(() => 'given up')
  await expect.poll(() => held.length).toBe(1)
  expect(active()).toBe(1)
  stop.abort()
  expect(await given).toBe('given up')
  await expect.poll(active).toBe(0)
  expect(total(instrumentation.registry, metrics.httpClientPendingRequests)).toBe(0)
  expect(total(instrumentation.registry, metrics.httpClientRequestDuration)).toBe(2)
  expect(total(instrumentation.registry, metrics.httpClientFailures, { [a.httpFailureClass]: 'aborted' })).toBe(1)
  expect(total(instrumentation.registry, metrics.errors)).toBe(0)
})
