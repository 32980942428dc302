import { once } from 'node:events'
import { request } from 'node:http'
import { channel } from 'node:diagnostics_channel'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { metrics } from '@homeostat/semconv'
import { expect, test, vi } from 'vitest'
import { nameRoute } from '../../src/index.ts'
import { Measured, Served } from './served-application.ts'

const active = metrics.httpServerActive.name
const sent = metrics.httpServerSent.name

test('a request is in flight until its response is sent, and counted once', async () => {
  using measured = new Measured()
  let finish = (): void => {}
  await using served = await Served.start((_request, response) => void (finish = () => response.end('done')))
  const answer = fetch(served.origin, { method: 'POST' })
  await vi.waitFor(() =>
    expect(measured.points(active)).toEqual([
      { attributes: { 'http.request.method': 'POST', 'url.scheme': 'http' }, value: 1 },
    ]),
  )
  expect(measured.answers()).toEqual({})
  finish()
  await (await answer).text()
  await vi.waitFor(() => expect(measured.points(active)[0]!.value).toBe(0))
  expect(measured.answers()).toEqual({ 'POST - 200': 1 })
})

test('a client that goes away ends its request, which has failed', async () => {
  using measured = new Measured()
  await using served = await Served.start((incoming, response) => {
    if (incoming.url === '/begun') response.write('a part')
  })
  for (const path of ['/waiting', '/begun']) {
    const outgoing = request(served.origin + path).on('error', () => {})
    const begun = path === '/begun' ? once(outgoing, 'response') : undefined
    outgoing.end()
    await vi.waitFor(() => expect(measured.points(active)[0]!.value).toBe(1))
    await begun
    outgoing.destroy()
    await vi.waitFor(() => expect(measured.points(active)[0]!.value).toBe(0))
  }
  expect(measured.points(metrics.httpServerDuration.name).map(({ attributes }) => attributes)).toEqual([
    { 'http.request.method': 'GET', 'url.scheme': 'http', 'error.type': 'aborted' },
    { 'http.request.method': 'GET', 'url.scheme': 'http', 'http.response.status_code': 200, 'error.type': 'aborted' },
  ])
})

test('the bytes on the wire, by what compression could do with them', async () => {
  using measured = new Measured()
  const json = JSON.stringify(Array.from({ length: 100 }, (_, id) => ({ id, name: 'Ada' })))
  const bodies: Record<string, [Record<string, string>, string | Buffer]> = {
    '/json': [{ 'content-type': 'application/json; charset=utf-8' }, json],
    '/gzip': [{ 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }, gzipSync(json)],
    '/image': [{ 'content-type': 'image/png' }, Buffer.alloc(5_000)],
    '/problem': [{ 'content-type': 'application/problem+json' }, json],
  }
  await using served = await Served.start((incoming, response) => {
    const [headers, body] = bodies[incoming.url!]!
    // Both ways to give headers, of which getHeader() knows one.
    if (incoming.url === '/json') response.writeHead(200, headers)
    else for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    response.end(body)
  })
  await served.ask('/json', '/gzip', '/image', '/problem', '/json')
  // The last kind of a series is reused for a while, so one route with several kinds is only about right: these have no names.
  const bytes = measured.points(sent).reduce((sum, { value }) => sum + value, 0)
  const total = 3 * json.length + gzipSync(json).length + 5_000
  expect(bytes).toBeGreaterThan(total)
  expect(bytes).toBeLessThan(total + 5 * 300)
})

test('each kind of content is known by its route', async () => {
  using measured = new Measured()
  await using served = await Served.start((incoming, response) => {
    nameRoute(response, incoming.url!)
    const type = incoming.url === '/image' ? 'image/png' : 'application/json'
    const body = gzipSync('a body')
    response
      .writeHead(200, { 'content-type': type, ...(incoming.url === '/zip' && { 'content-encoding': 'gzip' }) })
      .end(body)
  })
  await served.ask('/json', '/image', '/zip')
  expect(
    measured
      .points(sent)
      .map(({ attributes }) => [attributes['http.route'], attributes['homeostat.http.content.kind']]),
  ).toEqual([
    ['/json', 'compressible'],
    ['/image', 'incompressible'],
    ['/zip', 'compressed'],
  ])
})

test('two instrumentations of one process count the same', async () => {
  using one = new Measured()
  using other = new Measured()
  await using served = await Served.start((_request, response) => response.end('x'.repeat(1_000)))
  await served.ask('/', '/')
  expect(one.answers()).toEqual({ 'GET - 200': 2 })
  expect(other.answers()).toEqual(one.answers())
  expect(one.points(sent)[0]!.value).toBeGreaterThan(2_000)
  expect(other.points(sent)).toEqual(one.points(sent))
})

test('pipelined requests are each counted, and no byte twice', async () => {
  using measured = new Measured()
  await using served = await Served.start((_request, response) => response.end('x'.repeat(1_000)))
  const socket = connect(Number(new URL(served.origin).port), '127.0.0.1')
  let received = 0
  socket.on('data', piece => (received += piece.length))
  socket.write('GET /a HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(5))
  await vi.waitFor(() => expect(measured.answers()).toEqual({ 'GET - 200': 5 }))
  await vi.waitFor(() => expect(measured.points(sent).reduce((sum, { value }) => sum + value, 0)).toBe(received))
  socket.destroy()
})

test('methods, routes and statuses that a stranger makes up do not add series', async () => {
  using measured = new Measured({ server: { maxRoutes: 3 } })
  await using served = await Served.start((incoming, response) => {
    nameRoute(response, incoming.url!)
    response.end()
  })
  await served.ask(...Array.from({ length: 10 }, (_, index) => `/r${index}`), '/r0')
  const socket = connect(Number(new URL(served.origin).port), '127.0.0.1')
  socket.write('PROPFIND /r0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  await once(socket.resume(), 'close')
  expect(measured.answers()).toEqual({
    'GET /r0 200': 2,
    'GET /r1 200': 1,
    'GET /r2 200': 1,
    'GET _OTHER 200': 7,
    '_OTHER /r0 200': 1,
  })
})

test('once it is off it counts nothing more, and leaves no subscriber behind', async () => {
  const started = channel('http.server.request.start')
  const before = started.hasSubscribers
  const measured = new Measured()
  let finish = (): void => {}
  await using served = await Served.start((incoming, response) => {
    if (incoming.url === '/slow') finish = () => response.end()
    else response.end()
  })
  const slow = fetch(`${served.origin}/slow`)
  await vi.waitFor(() => expect(measured.points(active)[0]?.value).toBe(1))
  measured[Symbol.dispose]()
  expect(started.hasSubscribers).toBe(before)
  finish()
  await slow
  await served.ask('/after')
  expect(measured.answers()).toEqual({})
  measured.instrumentation.enable()
  await served.ask('/again')
  expect(measured.answers()).toEqual({ 'GET - 200': 1 })
  expect(measured.points(active)).toEqual([
    { attributes: { 'http.request.method': 'GET', 'url.scheme': 'http' }, value: 0 },
  ])
  measured[Symbol.dispose]()
})

test('an exchange that began while it was off is not counted below zero', async () => {
  const measured = new Measured()
  measured[Symbol.dispose]()
  let finish = (): void => {}
  await using served = await Served.start((_incoming, response) => void (finish = () => response.end()))
  const answer = fetch(served.origin)
  await once(served.server, 'request')
  measured.instrumentation.enable()
  finish()
  await answer
  expect(measured.points(active)).toEqual([])
  measured[Symbol.dispose]()
})
