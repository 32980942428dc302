import http from 'node:http'
import { attributes as a, metrics } from '@homeostat/semconv'
import { Pool, RetryAgent, Agent, request as undiciRequest } from 'undici'
import { fetch as fetch6, Agent as Agent6 } from 'undici-6'
import { fetch as fetch7 } from 'undici-7'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HttpInstrumentation } from '../../src/index.ts'
import { LocalServer } from './local-server.ts'
import { measured, total } from './measured.ts'

let server: LocalServer
let instrumentation: HttpInstrumentation
let held: http.ServerResponse[] = []

beforeEach(async () => {
  held = []
  server = await LocalServer.start((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x')
    const status = Number(searchParams.get('status') ?? 200)
    if (pathname === '/hang') held.push(response)
    else if (pathname === '/cut') {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('half', () => request.socket.destroy())
    } else if (pathname === '/reset') request.socket.destroy()
    else response.writeHead(status).end('{"ok":true}')
  })
  instrumentation = new HttpInstrumentation()
  instrumentation.enable()
})

afterEach(async () => {
  instrumentation.disable()
  await server[Symbol.asyncDispose]()
})

const own = () => ({ [a.serverAddress]: '127.0.0.1', [a.serverPort]: server.port, [a.urlScheme]: 'http' })

/** Requests with node:http and reads the whole answer. */
function get(url: string, options: http.RequestOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, options, response => {
      response.resume()
      response.on('error', reject)
      response.on('close', () => resolve(response.statusCode ?? 0))
    })
    request.on('error', reject)
  })
}

describe('each request is counted once, with its method, origin, status and error', () => {
  test.each<[string, (url: string) => Promise<unknown>]>([
    ['fetch of Node', async url => (await fetch(url)).text()],
    ['fetch of undici 6', async url => (await fetch6(url, { dispatcher: new Agent6() })).text()],
    ['fetch of undici 7', async url => (await fetch7(url)).text()],
    ['request of undici 8', async url => (await undiciRequest(url)).body.text()],
    ['node:http', url => get(url)],
  ])('%s', async (_, call) => {
    await call(`${server.origin}/a/secret?token=1`)
    await call(`${server.origin}/b?status=404`)
    await call(`${server.origin}/c?status=503`)
    const durations = measured(instrumentation.registry, metrics.httpClientRequestDuration)
    expect(durations).toEqual([
      { attributes: { ...own(), [a.httpRequestMethod]: 'GET', [a.httpResponseStatusCode]: 200 }, value: 1 },
      {
        attributes: {
          ...own(),
          [a.httpRequestMethod]: 'GET',
          [a.httpResponseStatusCode]: 404,
          [a.errorType]: '404',
        },
        value: 1,
      },
      {
        attributes: {
          ...own(),
          [a.httpRequestMethod]: 'GET',
          [a.httpResponseStatusCode]: 503,
          [a.errorType]: '503',
        },
        value: 1,
      },
    ])
    const classes = measured(instrumentation.registry, metrics.httpClientFailures)
    expect(classes).toEqual([
      { attributes: { ...own(), [a.httpFailureClass]: 'client_error' }, value: 1 },
      { attributes: { ...own(), [a.httpFailureClass]: 'server_error' }, value: 1 },
    ])
    expect(total(instrumentation.registry, metrics.httpClientActiveRequests)).toBe(0)
    expect(total(instrumentation.registry, metrics.httpClientPendingRequests)).toBe(0)
    expect(total(instrumentation.registry, metrics.httpClientConnectDuration)).toBeGreaterThan(0)
    expect(JSON.stringify(instrumentation.registry.collect())).not.toMatch(/secret|token/)
  })
})

describe('failures have a class', () => {
  test.each<[string, string, (origin: string) => Promise<unknown>]>([
    ['timeout', 'fetch with a timeout', o => fetch(`${o}/hang`, { signal: AbortSignal.timeout(500) })],
    ['aborted', 'fetch that is aborted', o => abortedFetch(`${o}/hang`)],
    [
      'timeout',
      'undici with headersTimeout',
      o => undiciRequest(`${o}/hang`, { dispatcher: new Agent({ headersTimeout: 50 }) }),
    ],
    ['reset', 'fetch whose connection is reset', o => fetch(`${o}/reset`)],
    ['reset', 'fetch whose answer is cut short', async o => (await fetch(`${o}/cut`)).text()],
    ['refused', 'fetch of a closed port', async () => fetch(await closedOrigin())],
    ['dns', 'fetch of an unknown host', () => fetch('http://does-not-exist.invalid/')],
    ['timeout', 'node:http with a timeout', o => timedGet(`${o}/hang`)],
    ['timeout', 'node:http with a signal', o => get(`${o}/hang`, { signal: AbortSignal.timeout(50) })],
    ['reset', 'node:http whose connection is reset', o => get(`${o}/reset`)],
    ['reset', 'node:http whose answer is cut short', o => get(`${o}/cut`)],
    ['refused', 'node:http of a closed port', async () => get(await closedOrigin())],
  ])('%s: %s', async (failure, _, call) => {
    await expect(call(server.origin)).rejects.toThrow()
    await expect
      .poll(() =>
        measured(instrumentation.registry, metrics.httpClientFailures).map(each => each.attributes[a.httpFailureClass]),
      )
      .toEqual([failure])
    expect(total(instrumentation.registry, metrics.httpClientRequestDuration)).toBe(1)
    expect(total(instrumentation.registry, metrics.httpClientActiveRequests)).toBe(0)
    expect(total(instrumentation.registry, metrics.httpClientPendingRequests)).toBe(0)
  })

  /** The address of a server that has ended. */
  async function closedOrigin(): Promise<string> {
    const closed = await LocalServer.start(() => undefined)
    await closed[Symbol.asyncDispose]()
    return closed.origin
  }

  async function abortedFetch(url: string): Promise<unknown> {
    const controller = new AbortController()
    const answer = fetch(url, { signal: controller.signal })
    setTimeout(() => controller.abort(), 50)
    return answer
  }

  function timedGet(url: string): Promise<never> {
    return new Promise((_, reject) => {
      const request = http.get(url, { timeout: 50 })
      request.on('timeout', () => request.destroy())
      request.on('error', reject)
    })
  }
})

describe('connection pools', () => {
  test('what waits in a pool of undici is what the pool itself says', async () => {
    const pool = new Pool(server.origin, { connections: 2 })
    const answers = Array.from({ length: 5 }, () => pool.request({ path: '/hang', method: 'GET' }))
    await expect.poll(() => held.length).toBe(2)
    const { registry } = instrumentation
    expect(total(registry, metrics.httpClientActiveRequests)).toBe(5)
    expect(pool.stats.queued).toBe(3)
    expect(total(registry, metrics.httpClientPendingRequests)).toBe(3)
    expect(total(registry, metrics.httpClientOpenConnections, { [a.httpConnectionState]: 'active' })).toBe(2)
    for (let at = 0; at < 5; at++) {
      await expect.poll(() => held.length).toBeGreaterThan(at)
      held[at]!.end()
    }
    for (const answer of answers) await (await answer).body.text()
    expect(total(registry, metrics.httpClientPendingRequests)).toBe(0)
    expect(total(registry, metrics.httpClientOpenConnections, { [a.httpConnectionState]: 'idle' })).toBe(2)
    expect(total(registry, metrics.httpClientQueueDuration)).toBe(5)
    await pool.close()
    await expect.poll(() => total(registry, metrics.httpClientOpenConnections)).toBe(0)
  })

  test('what waits in an agent of node:http is what the agent itself says', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 2 })
    const answers = Array.from({ length: 5 }, () => get(`${server.origin}/hang`, { agent }))
    await expect.poll(() => held.length).toBe(2)
    const { registry } = instrumentation
    expect(total(registry, metrics.httpClientActiveRequests)).toBe(5)
    expect(total(registry, metrics.httpClientPendingRequests)).toBe(3)
    expect(total(registry, metrics.httpClientConnectionLimit)).toBe(2)
    expect(total(registry, metrics.httpClientOpenConnections, { [a.httpConnectionState]: 'active' })).toBe(2)
    for (let at = 0; at < 5; at++) {
      await expect.poll(() => held.length).toBeGreaterThan(at)
      held[at]!.end()
    }
    await Promise.all(answers)
    expect(total(registry, metrics.httpClientPendingRequests)).toBe(0)
    expect(total(registry, metrics.httpClientConnectDuration)).toBe(2)
    agent.destroy()
  })
})

test('a retry is a request like one that failed a moment ago', async () => {
  const agent = new RetryAgent(new Agent(), { maxRetries: 2, minTimeout: 1, maxTimeout: 5 })
  await undiciRequest(`${server.origin}/c?status=503`, { dispatcher: agent, method: 'GET' }).catch(() => undefined)
  await fetch(`${server.origin}/other`).then(answer => answer.text())
  expect(total(instrumentation.registry, metrics.httpClientRequestDuration)).toBe(4)
  expect(total(instrumentation.registry, metrics.httpClientRetries)).toBe(2)
  await agent.close()
})

test('user-info of a URL never shows, and what is beyond the bound shares _OTHER', async () => {
  instrumentation.disable()
  instrumentation = new HttpInstrumentation({ client: { maxOrigins: 1 } })
  instrumentation.enable()
  await get(`http://user:pass@127.0.0.1:${server.port}/`)
  await get(`http://user:pass@localhost:${server.port}/`).catch(() => undefined)
  const all = measured(instrumentation.registry, metrics.httpClientRequestDuration)
  expect(all.map(({ attributes }) => attributes[a.serverAddress])).toEqual(['127.0.0.1', '_OTHER'])
  expect(JSON.stringify(instrumentation.registry.collect())).not.toMatch(/user|pass/)
})

test('a header Host of the application does not change where a request is counted', async () => {
  await get(`${server.origin}/`, { headers: { host: 'shop.example' } })
  await get(`${server.origin}/`, { headers: ['Host', 'shop.example'] })
  const all = measured(instrumentation.registry, metrics.httpClientRequestDuration)
  expect(all).toEqual([expect.objectContaining({ attributes: expect.objectContaining(own()) as unknown, value: 2 })])
})

test('lookups of names are timed', async () => {
  await fetch(`http://localhost:${server.port}/`).then(
    answer => answer.text(),
    () => undefined,
  )
  await expect
    .poll(() => measured(instrumentation.registry, metrics.dnsLookupDuration))
    .toEqual([{ attributes: { [a.dnsQuestionName]: 'localhost' }, value: 1 }])
})

test('requests that run when measuring ends are counted by nobody, and leave no level behind', async () => {
  const answer = fetch(`${server.origin}/hang`)
  await expect.poll(() => held.length).toBe(1)
  instrumentation.disable()
  instrumentation.enable()
  held[0]!.end()
  await (await answer).text()
  expect(total(instrumentation.registry, metrics.httpClientActiveRequests)).toBe(0)
  expect(total(instrumentation.registry, metrics.httpClientRequestDuration)).toBe(0)
})

test('a WebSocket is not counted as a request', async () => {
  const upgrading = await LocalServer.start(
    () => undefined,
    (_, socket) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n')
    },
  )
  await new Promise<void>((resolve, reject) => {
    const request = http.get(upgrading.origin, { headers: { connection: 'upgrade', upgrade: 'websocket' } })
    request.on('error', reject)
    request.on('upgrade', (_, socket) => {
      socket.on('close', () => resolve())
      socket.end()
    })
  })
  expect(total(instrumentation.registry, metrics.httpClientRequestDuration)).toBe(0)
  expect(total(instrumentation.registry, metrics.httpClientActiveRequests)).toBe(0)
  await upgrading[Symbol.asyncDispose]()
})

test('services beyond the bound share durations and failures, and neither a state nor retries', async () => {
  const bounded = new HttpInstrumentation({ client: { maxOrigins: 1 } })
  bounded.enable()
  try {
    await get(`${server.origin}/a`)
    // Other names of the same address, at which nothing listens.
    for (let host = 2; host < 22; host++) await get(`http://127.0.0.${host}:1/a`).catch(() => 0)
    const other = { [a.serverAddress]: '_OTHER' }
    await expect.poll(() => total(bounded.registry, metrics.httpClientFailures, other)).toBe(20)
    expect(total(bounded.registry, metrics.httpClientRetries, other)).toBe(0)
    expect(total(bounded.registry, metrics.httpClientHealth, other)).toBe(0)
  } finally {
    bounded.disable()
  }
})

test('a service whose first requests are sent at once, and are answered, is not down', async () => {
  for (const call of [async (url: string) => (await fetch(url)).text(), get]) {
    await Promise.all(Array.from({ length: 8 }, () => call(`${server.origin}/a`)))
    const down = { [a.httpHealthState]: 'down' }
    expect(total(instrumentation.registry, metrics.httpClientHealth, down)).toBe(0)
  }
})
