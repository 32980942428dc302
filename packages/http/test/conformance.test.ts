import { describeInstrumentation } from '@homeostat/conformance'
import { metrics } from '@homeostat/semconv'
import { afterAll, beforeAll } from 'vitest'
import { HttpInstrumentation } from '../src/index.ts'
import { LocalServer } from './client/local-server.ts'

let server: LocalServer
beforeAll(async () => {
  server = await LocalServer.start((request, response) => {
    response.writeHead(request.url === '/missing' ? 404 : 200).end('{}')
  })
})
afterAll(() => server[Symbol.asyncDispose]())

describeInstrumentation('HttpInstrumentation', {
  create: () => new HttpInstrumentation(),
  async exercise() {
    for (const path of ['/', '/missing']) await (await fetch(server.origin + path)).text()
  },
  metrics: [
    metrics.httpClientRequestDuration,
    metrics.httpClientActiveRequests,
    metrics.httpClientOpenConnections,
    metrics.httpClientPendingRequests,
    metrics.httpClientQueueDuration,
    metrics.httpClientFailures,
    metrics.httpServerDuration,
    metrics.httpServerActive,
    metrics.httpServerSent,
  ],
  // What the requests of an earlier test leave, and what serves them in the same process.
  optional: Object.values(metrics).filter(({ name }) =>
    /^(?:homeostat\.)?(?:http|network|system\.network)\./.test(name),
  ),
  channels: [
    ...['create', 'headers', 'trailers', 'error'].map(event => `undici:request:${event}`),
    ...['beforeConnect', 'connected', 'connectError', 'sendHeaders'].map(event => `undici:client:${event}`),
    'http.server.request.start',
    'fastify.initialization',
    ...['request.created', 'request.error', 'response.finish'].map(event => `http.client.${event}`),
  ],
})
