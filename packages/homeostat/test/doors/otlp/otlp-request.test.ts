import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { OtlpConnection, type OtlpAnswer } from '../../../src/doors/otlp/otlp-request.ts'

const TIMEOUT_MS = 300
const open: { close(done: () => void): unknown }[] = []
const sockets = new Set<Socket>()

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await Promise.all(open.splice(0).map(server => new Promise<void>(resolve => server.close(() => resolve()))))
})

async function listening(server: Pick<Server, 'listen' | 'close' | 'address' | 'on'>): Promise<number> {
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  open.push(server)
  return (server.address() as AddressInfo).port
}

/** Posts to a server that does this with each connection once it has the request. */
async function answered(answer: (socket: Socket) => void): Promise<OtlpAnswer> {
  const port = await listening(createServer(socket => socket.once('data', () => answer(socket))))
  return post(port)
}

async function post(port: number): Promise<OtlpAnswer> {
  using connection = new OtlpConnection({
    url: new URL(`http://user:hunter2@127.0.0.1:${port}/v1/metrics?key=hunter2`),
    headers: {},
    timeoutMs: TIMEOUT_MS,
    isGzip: false,
    tlsFiles: {},
  })
  const result = await connection.post(Buffer.from('{}'))
  expect(JSON.stringify(result)).not.toContain('hunter2')
  return result
}

const head = (status: string, ...headers: string[]): string => [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n')
const withBody = (body: string): string => head('200 OK', `content-length: ${body.length}`) + body

test('a receiver that is not there differs from one that breaks off', async () => {
  const port = await listening(createServer())
  await new Promise<void>(resolve => open.pop()!.close(resolve))
  expect(await post(port)).toMatchObject({ why: 'nothing listens there (ECONNREFUSED)', isUnreachable: true })
  expect(await answered(socket => socket.destroy())).toMatchObject({ isUnreachable: false })
})

test.each<[string, (socket: Socket) => void, string]>([
  ['never answers', () => undefined, `it has not answered within ${TIMEOUT_MS} ms`],
  ['closes the connection', socket => socket.destroy(), 'it closed the connection (ECONNRESET)'],
  ['closes in the middle of the head', socket => socket.end('HTTP/1.1 200 O'), 'it closed the connection (ECONNRESET)'],
  [
    'speaks another protocol',
    socket => socket.end('220 mail ready\r\n'),
    'it does not answer HTTP (HPE_INVALID_CONSTANT): is its port the one of gRPC, e.g. 4317?',
  ],
])('a receiver that %s may be asked again', async (_, answer, why) => {
  expect(await answered(answer)).toMatchObject({ kind: 'later', why, afterMs: undefined })
})

test.each<[string, (socket: Socket) => void, number]>([
  ['answers at length', socket => socket.end(withBody('x'.repeat(5_000_000))), 0],
  ['never ends its answer', socket => void socket.write(head('200 OK', 'content-length: 100')), 0],
  ['breaks its answer off', socket => socket.end(`${head('200 OK', 'content-length: 100')}{`), 0],
  ['answers with something else', socket => socket.end(withBody('<html>')), 0],
  ['answers null', socket => socket.end(withBody('null')), 0],
  ['continues first', socket => socket.end(head('100 Continue') + withBody('{}')), 0],
  ['rejects points', socket => socket.end(withBody('{"partialSuccess":{"rejectedDataPoints":"7"}}')), 7],
  ['rejects a number of points', socket => socket.end(withBody('{"partialSuccess":{"rejectedDataPoints":7}}')), 7],
  ['rejects less than nothing', socket => socket.end(withBody('{"partialSuccess":{"rejectedDataPoints":-7}}')), 0],
  ['rejects an object', socket => socket.end(withBody('{"partialSuccess":{"rejectedDataPoints":{}}}')), 0],
])('a receiver that %s has accepted', async (_, answer, rejectedPoints) => {
  expect(await answered(answer)).toEqual({ kind: 'accepted', rejectedPoints })
})

test.each([
  ['301 Moved', 'redirects are not followed'],
  ['400 Bad', undefined],
  ['401 No', 'check the credentials'],
  ['404 No', 'the address without /v1/metrics'],
  ['415 No', 'it takes no JSON'],
  ['500 No', undefined],
  ['101 Switching', undefined],
])('an answer of %s is final', async (status, hint) => {
  const headers = status.startsWith('101')
    ? ['connection: upgrade', 'upgrade: x']
    : ['location: http://127.0.0.1:1/', 'content-length: 0']
  const answer = await answered(socket => void socket.write(head(status, ...headers)))
  expect(answer.kind).toBe('refused')
  expect((answer as { why: string }).why).toContain(hint ?? `it answers HTTP ${status.slice(0, 3)}`)
})

test.each([
  [['retry-after: 3'], 3000],
  [['retry-after: 0'], 0],
  [['retry-after: -3'], undefined],
  [['retry-after: soon'], undefined],
  [['retry-after: 99999999999999999999'], undefined],
  [['retry-after: Sun, 29 Nov 2026 12:00:30 GMT', 'date: Sun, 29 Nov 2026 12:00:00 GMT'], 30_000],
  [['retry-after: Sun, 29 Nov 2026 12:00:00 GMT', 'date: Sun, 29 Nov 2026 12:00:30 GMT'], 0],
  [[], undefined],
])('%j is a rest of %s ms', async (headers, afterMs) => {
  for (const status of ['429 Busy', '502 Bad', '503 Busy', '504 Late']) {
    const answer = await answered(socket => socket.end(head(status, ...headers, 'content-length: 0')))
    expect(answer).toEqual({ kind: 'later', why: `it answers HTTP ${status.slice(0, 3)}`, afterMs })
  }
})

test('a server of gRPC is recognized', async () => {
  const answer = await post(await listening(createHttp2Server() as unknown as Server))
  expect(answer.kind).not.toBe('accepted')
  expect((answer as { why: string }).why).toContain('gRPC')
})

test('one connection is used for all requests, and a closed one is replaced', async () => {
  let connections = 0
  const server = createHttpServer((_, response) => response.end('{}'))
  server.on('connection', () => connections++)
  const port = await listening(server)
  using connection = new OtlpConnection({
    url: new URL(`http://127.0.0.1:${port}/`),
    headers: {},
    timeoutMs: 5000,
    isGzip: false,
    tlsFiles: {},
  })
  for (let n = 0; n < 3; n++) expect((await connection.post(Buffer.from('{}'))).kind).toBe('accepted')
  expect(connections).toBe(1)
  server.closeAllConnections()
  await new Promise(resolve => setTimeout(resolve, 50))
  expect((await connection.post(Buffer.from('{}'))).kind).toBe('accepted')
  expect(connections).toBe(2)
})

test.each([false, true])('nothing is sent once the connection was ended (gzip: %s)', async isGzip => {
  let requests = 0
  const port = await listening(createServer(() => requests++))
  const url = new URL(`http://127.0.0.1:${port}/v1/metrics`)
  const connection = new OtlpConnection({ url, headers: {}, timeoutMs: TIMEOUT_MS, isGzip, tlsFiles: {} })
  // Still compressing when the connection ends.
  const posting = isGzip ? connection.post(Buffer.from('{}')) : undefined
  connection[Symbol.dispose]()
  expect(await (posting ?? connection.post(Buffer.from('{}')))).toMatchObject({ kind: 'later' })
  expect(requests).toBe(0)
})
