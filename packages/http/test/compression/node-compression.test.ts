import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import http2, { type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import zlib from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Compression } from '../../src/compression/compression.ts'
import { compressedListener } from '../../src/compression/node-compression.ts'
import { ask, portOf } from './asking-client.ts'

import { BODY, compressed, json } from './compressed-server.ts'

describe('the head of a response', () => {
  it('is Node’s own: a second one, a header after it, and what is not valid are refused', async () => {
    const errors: unknown[] = []
    const attempt = (work: () => void): void => {
      try {
        work()
        errors.push('accepted')
      } catch (error) {
        errors.push((error as NodeJS.ErrnoException).code)
      }
    }
    const port = await compressed((_request, response) => {
      attempt(() => void response.writeHead(42))
      attempt(() => void response.writeHead(200, { 'X-Bad': 'a\nb' }))
      response.writeHead(201, 'Made', { 'Content-Type': 'text/plain', 'X-One': '1' })
      errors.push(response.headersSent)
      attempt(() => void response.writeHead(200))
      response.end(BODY)
      attempt(() => response.setHeader('X-Late', '1'))
    })
    const { status, headers, body } = await ask(port, '/', 'gzip')
    expect(errors).toEqual([
      'ERR_HTTP_INVALID_STATUS_CODE',
      'ERR_INVALID_CHAR',
      true,
      'ERR_HTTP_HEADERS_SENT',
      'ERR_HTTP_HEADERS_SENT',
    ])
    expect(status).toBe(201)
    expect(headers).toMatchObject({ 'x-one': '1', 'content-encoding': 'gzip' })
    expect(body.toString()).toBe(BODY)
  })

  it('may be a list of names and values, with several cookies', async () => {
    const port = await compressed((request, response) => {
      const pairs = [
        ['Content-Type', 'text/html'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
      ]
      response.writeHead(200, (request.url === '/flat' ? pairs.flat() : pairs) as unknown as string[])
      response.end(BODY)
    })
    for (const path of ['/flat', '/pairs']) {
      const { headers } = await ask(port, path, 'gzip')
      expect(headers['set-cookie'], path).toEqual(['a=1', 'b=2'])
      expect(headers['content-encoding'], path).toBe('gzip')
    }
  })

  it('is sent by flushHeaders() before there is a body', async () => {
    const port = await compressed((_request, response) => {
      json(response).flushHeaders()
      setTimeout(() => response.end(BODY), 50)
    })
    const { headers, body } = await ask(port, '/', 'gzip')
    expect(headers['content-encoding']).toBe('gzip')
    expect(body.toString()).toBe(BODY)
  })
})

it('serves requests that share a connection in order, whatever their codings', async () => {
  const listener = compressedListener(
    (request, response) => json(response).end(BODY + request.url),
    {},
    new Compression(),
  )
  const port = await portOf(createServer(listener as RequestListener))
  const socket = connect(port, '127.0.0.1')
  const paths = ['/0', '/1', '/2', '/3']
  for (const path of paths)
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: a\r\n${path === '/1' ? '' : 'Accept-Encoding: identity\r\n'}${path === '/3' ? 'Connection: close\r\n' : ''}\r\n`,
    )
  const parts: Buffer[] = []
  for await (const part of socket) parts.push(part as Buffer)
  const found = [
    ...Buffer.concat(parts)
      .toString()
      .matchAll(/"\}\](\/\d)/g),
  ].map(([, path]) => path)
  expect(found).toEqual(paths)
})

it('serves HTTP/2 as well', async () => {
  const listener = compressedListener(
    (request, response) => {
      if (request.url === '/head') response.writeHead(200, { 'Content-Type': 'application/json' }).end(BODY)
      else if (request.url === '/parts') {
        json(response).write(BODY)
        setTimeout(() => response.end(BODY), 10)
      } else json(response, { ETag: '"a"' }).end(BODY)
    },
    {},
    new Compression(),
  )
  const server = http2.createServer(
    listener as unknown as (request: Http2ServerRequest, response: Http2ServerResponse) => void,
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  onTestFinished(() => {
    session.destroy()
    server.close()
  })
  for (const [path, expected] of [
    ['/', BODY],
    ['/head', BODY],
    ['/parts', BODY + BODY],
  ] as const) {
    const stream = session.request({ ':path': path, 'accept-encoding': 'zstd' })
    const [headers] = (await once(stream, 'response')) as [Readonly<Record<string, unknown>>]
    const parts: Buffer[] = []
    for await (const part of stream) parts.push(part as Buffer)
    expect(headers, path).toMatchObject({ 'content-encoding': 'zstd', vary: 'Accept-Encoding' })
    expect(zlib.zstdDecompressSync(Buffer.concat(parts)).toString(), path).toBe(expected)
  }
})
