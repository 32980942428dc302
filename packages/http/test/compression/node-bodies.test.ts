import type { ServerResponse } from 'node:http'
import zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ask, orders } from './asking-client.ts'

import { BODY, compressed, json } from './compressed-server.ts'

describe('a body that comes in one piece', () => {
  it.each(['zstd', 'br', 'gzip'])('is sent with %s where the client takes that', async coding => {
    const port = await compressed((_request, response) => json(response).end(BODY))
    const { headers, raw, body } = await ask(port, '/', coding)
    expect(headers).toMatchObject({ 'content-encoding': coding, vary: 'Accept-Encoding' })
    expect(body.toString()).toBe(BODY)
    expect(raw.length).toBeLessThan(BODY.length / 2)
  })

  it('keeps a Content-Length, which is that of what is sent', async () => {
    const port = await compressed((_request, response) =>
      json(response, { 'Content-Length': String(Buffer.byteLength(BODY)) }).end(BODY),
    )
    const { headers, raw } = await ask(port, '/', 'zstd')
    expect(headers['content-length']).toBe(String(raw.length))
  })

  it('is sent as it is to a client that takes nothing else, with Vary', async () => {
    const port = await compressed((_request, response) => json(response, { ETag: '"a"' }).end(BODY))
    for (const accept of [undefined, 'identity', 'gzip;q=0']) {
      const { headers, raw } = await ask(port, '/', accept)
      expect(headers).toMatchObject({ vary: 'Accept-Encoding', etag: '"a"' })
      expect(headers).not.toHaveProperty('content-encoding')
      expect(raw.toString()).toBe(BODY)
    }
  })

  it('is sent as it is below the threshold, and where it would not get smaller', async () => {
    const port = await compressed((request, response) =>
      request.url === '/small'
        ? response.writeHead(200, { 'Content-Type': 'text/plain' }).end('short')
        : json(response).end(Buffer.from(Array.from({ length: 1500 }, (_, i) => (i * 7919 * 31) % 251))),
    )
    expect((await ask(port, '/small', 'gzip')).headers).not.toHaveProperty('content-encoding')
    const noise = compressed((_request, response) => json(response).end(zlib.gzipSync(orders(400))))
    const { headers, raw } = await ask(await noise, '/', 'gzip')
    expect(headers).not.toHaveProperty('content-encoding')
    expect(headers['content-length']).toBe(String(raw.length))
  })

  it('is left alone in every case in which its bytes matter', async () => {
    const cases: Readonly<Record<string, (response: ServerResponse) => void>> = {
      'no-transform': response => json(response, { 'Cache-Control': 'public, No-Transform' }).end(BODY),
      encoded: response => json(response, { 'Content-Encoding': 'br' }).end(zlib.brotliCompressSync(BODY)),
      image: response => json(response, { 'Content-Type': 'image/png' }).end(BODY),
      'no type': response => response.end(BODY),
      range: response =>
        json(Object.assign(response, { statusCode: 206 }), { 'Content-Range': 'bytes 0-9/20' }).end(BODY),
      'not satisfiable': response => json(response, { 'Content-Range': 'bytes */20' }).end(BODY),
      digest: response => json(response, { 'Content-Digest': 'sha-256=:x:' }).end(BODY),
      'transfer coding': response => json(response, { 'Transfer-Encoding': 'gzip, chunked' }).end(BODY),
    }
    const port = await compressed((request, response) => cases[decodeURIComponent(request.url!.slice(1))]!(response))
    for (const name of Object.keys(cases).filter(each => each !== 'transfer coding')) {
      const { headers, raw, body } = await ask(port, `/${encodeURIComponent(name)}`, 'gzip')
      expect(headers['content-encoding'], name).toBe(name === 'encoded' ? 'br' : undefined)
      expect(name === 'encoded' ? body.toString() : raw.toString(), name).toBe(BODY)
      expect(headers, name).not.toHaveProperty('vary')
    }
  })

  it('has a weak ETag and no Accept-Ranges when it is compressed, and Vary is added to', async () => {
    const port = await compressed((request, response) =>
      json(response, { ETag: '"a"', 'Accept-Ranges': 'bytes', Vary: request.url === '/any' ? '*' : 'Origin' }).end(
        BODY,
      ),
    )
    const { headers } = await ask(port, '/', 'gzip')
    expect(headers).toMatchObject({ etag: 'W/"a"', vary: 'Origin, Accept-Encoding' })
    expect(headers).not.toHaveProperty('accept-ranges')
    expect((await ask(port, '/any', 'gzip')).headers.vary).toBe('*')
  })

  it('of a HEAD has the headers of its GET, and no body', async () => {
    const port = await compressed((_request, response) => json(response, { ETag: '"a"' }).end(BODY))
    const { headers, raw } = await ask(port, '/', 'gzip', { method: 'HEAD' })
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', etag: 'W/"a"', vary: 'Accept-Encoding' })
    expect(headers).not.toHaveProperty('content-length')
    expect(raw).toHaveLength(0)
  })

  it.each([204, 304])('of status %i does not exist', async status => {
    const port = await compressed((_request, response) => {
      response.statusCode = status
      json(response, { ETag: '"a"' }).end()
    })
    const { headers, raw } = await ask(port, '/', 'gzip', { headers: { 'if-none-match': 'W/"a"' } })
    expect(headers).not.toHaveProperty('content-encoding')
    expect(headers.etag).toBe(status === 304 ? 'W/"a"' : '"a"')
    expect(raw).toHaveLength(0)
  })

  it('may be text in any encoding, or any bytes', async () => {
    const text = 'ä€😀'.repeat(800)
    const port = await compressed((request, response) => {
      json(response)
      if (request.url === '/latin1') response.end('ä'.repeat(3000), 'latin1')
      else if (request.url === '/bytes') response.end(new Uint8Array(Buffer.from(text)))
      else response.end(text, () => {})
    })
    expect((await ask(port, '/', 'zstd')).body.toString()).toBe(text)
    expect((await ask(port, '/bytes', 'zstd')).body.toString()).toBe(text)
    expect((await ask(port, '/latin1', 'zstd')).body.toString('latin1')).toBe('ä'.repeat(3000))
  })

  it('keeps its trailers', async () => {
    const port = await compressed((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain', Trailer: 'X-Sum' })
      response.addTrailers({ 'X-Sum': '1' })
      response.end(BODY)
    })
    const { trailers, body } = await ask(port, '/', 'zstd')
    expect(trailers).toEqual({ 'x-sum': '1' })
    expect(body.toString()).toBe(BODY)
  })

  it('is never compressed where the application says so, and where its answer to that fails', async () => {
    const port = await compressed((_request, response) => json(response).end(BODY), {
      exclude: request => {
        if (request.url === '/fails') throw new Error('not our day')
        return request.url === '/account'
      },
    })
    for (const path of ['/account', '/fails'])
      expect((await ask(port, path, 'gzip')).headers).not.toHaveProperty('content-encoding')
    expect((await ask(port, '/', 'gzip')).headers).toHaveProperty('content-encoding')
  })
})
