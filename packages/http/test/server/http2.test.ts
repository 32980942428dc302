import { once } from 'node:events'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import compress from '@fastify/compress'
import Fastify from 'fastify'
import Koa from 'koa'
import { metrics } from '@homeostat/semconv'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { compressionForFastify, compressionForNode, nameRoute, sheddingForFastify } from '../../src/index.ts'
import { Measured } from './served-application.ts'

const { NGHTTP2_CANCEL } = http2.constants
let measured: Measured
const ends: (() => unknown)[] = []
beforeEach(() => void (measured = new Measured()))
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
  measured[Symbol.dispose]()
})

interface Answer {
  readonly status: number
  readonly headers: http2.IncomingHttpHeaders
  readonly body: Buffer
}

function connected(port: number): http2.ClientHttp2Session {
  const session = http2.connect(`http://127.0.0.1:${port}`)
  ends.push(() => session.destroy())
  return session
}

async function ask(session: http2.ClientHttp2Session, path: string, headers = {}): Promise<Answer> {
  const stream = session.request({ ':path': path, ...headers })
  const [answered] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders & { ':status': number }]
  const body = Buffer.concat(await stream.toArray())
  return { status: answered[':status'], headers: answered, body }
}

async function listening(server: http2.Http2Server): Promise<http2.ClientHttp2Session> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => server.close())
  return connected((server.address() as AddressInfo).port)
}

const inFlight = (): number => measured.points(metrics.httpServerActive.name).reduce((sum, { value }) => sum + value, 0)
const faults = (): number => measured.points(metrics.errors.name).reduce((sum, { value }) => sum + value, 0)

test('Fastify with http2: durations by route and status, bytes, and nothing left in flight', async () => {
  const app = Fastify({ http2: true })
  ends.push(() => app.close())
  await app.register(sheddingForFastify() as never)
  await app.register(compressionForFastify(compress as never) as never)
  app.get('/users/:id', () => ({ text: 'x'.repeat(4000) }))
  app.get('/fails', () => Promise.reject(new Error('mine')))
  await app.listen({ port: 0, host: '127.0.0.1' })
  const session = connected((app.server.address() as AddressInfo).port)
  for (let id = 0; id < 3; id++) expect((await ask(session, `/users/${id}`)).body).toHaveLength(4011)
  expect((await ask(session, '/fails')).status).toBe(500)
  expect((await ask(session, '/unknown')).status).toBe(404)
  const packed = await ask(session, '/users/9', { 'accept-encoding': 'gzip' })
  expect(packed.headers['content-encoding']).toBe('gzip')
  await expect
    .poll(() => measured.answers())
    .toEqual({
      'GET /users/:id 200': 4,
      'GET /fails 500': 1,
      'GET - 404': 1,
    })
  expect(inFlight()).toBe(0)
  const sent = measured
    .points(metrics.httpServerSent.name)
    .filter(each => each.attributes['http.route'] === '/users/:id')
  expect(sent.reduce((sum, { value }) => sum + value, 0)).toBeGreaterThan(12_000)
  expect(faults()).toBe(0)
})

test('node:http2: compatible handlers, streams, clients that go away and sessions that break', async () => {
  const server = http2.createServer((request, response) => {
    if (request.url === '/hang') return
    nameRoute(response, '/things/:id')
    response.statusCode = request.url === '/none' ? 204 : 200
    response.end(request.url === '/none' ? '' : 'a thing')
  })
  const session = await listening(server)
  expect((await ask(session, '/things/1')).status).toBe(200)
  expect((await ask(session, '/none')).status).toBe(204)
  const given = session.request({ ':path': '/hang' })
  await expect.poll(inFlight).toBe(1)
  given.close(NGHTTP2_CANCEL)
  await expect.poll(inFlight).toBe(0)
  const broken = session.request({ ':path': '/hang' }).on('error', () => undefined)
  await expect.poll(inFlight).toBe(1)
  session.destroy()
  await expect.poll(inFlight).toBe(0)
  expect(broken.destroyed).toBe(true)
  await expect
    .poll(() => measured.answers())
    .toEqual({
      'GET /things/:id 200': 1,
      'GET /things/:id 204': 1,
      'GET - aborted': 2,
    })
  expect(faults()).toBe(0)
})

test('a server that answers streams itself names their routes', async () => {
  const server = http2.createServer()
  server.on('stream', stream => {
    nameRoute(stream, '/raw')
    stream.respond({ ':status': 201, 'content-type': 'text/plain' })
    stream.end('raw')
  })
  const session = await listening(server)
  expect((await ask(session, '/raw')).status).toBe(201)
  await expect.poll(() => measured.answers()).toEqual({ 'GET /raw 201': 1 })
})

test('Koa over http2, and compression of a plain handler, work and are measured', async () => {
  const koa = new Koa().use(context => void (context.body = 'koa'))
  const first = await listening(http2.createServer(koa.callback() as never))
  expect(String((await ask(first, '/')).body)).toBe('koa')
  const handler = compressionForNode((_request, response) => {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({ text: 'x'.repeat(4000) }))
  })
  const second = await listening(http2.createServer(handler as never))
  for (const headers of [{}, { 'accept-encoding': 'gzip' }]) expect((await ask(second, '/', headers)).status).toBe(200)
  await expect.poll(() => measured.answers()).toEqual({ 'GET - 200': 3 })
  expect(faults()).toBe(0)
})

test('requests under way when measuring begins or ends are counted by nobody', async () => {
  const held: http2.Http2ServerResponse[] = []
  const session = await listening(http2.createServer((_request, response) => void held.push(response)))
  measured.instrumentation.disable()
  const before = ask(session, '/')
  await expect.poll(() => held.length).toBe(1)
  measured.instrumentation.enable()
  held[0]!.end()
  await before
  const under = ask(session, '/')
  await expect.poll(() => held.length).toBe(2)
  measured.instrumentation.disable()
  held[1]!.end()
  await under
  measured.instrumentation.enable()
  await sleep(20)
  expect(measured.answers()).toEqual({})
  expect(inFlight()).toBe(0)
})
