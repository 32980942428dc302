import { Readable } from 'node:stream'
import zlib from 'node:zlib'
import compress from '@fastify/compress'
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Compression } from '../../src/compression/compression.ts'
import { type FastifyCompressionOptions, steeredPlugin } from '../../src/compression/fastify-compression.ts'
import { decoded, orders } from './asking-client.ts'

const BODY = orders(120)

async function application(
  compression: Compression,
  options: FastifyCompressionOptions = {},
): Promise<FastifyInstance> {
  const app = Fastify()
  onTestFinished(() => app.close())
  await app.register(steeredPlugin(compress, options, compression) as unknown as FastifyPluginAsync)
  app.get('/orders/:id', (_request, reply) => reply.type('application/json').header('etag', '"a"').send(BODY))
  app.get('/stream', (_request, reply) => reply.type('application/json').send(Readable.from([BODY, BODY])))
  app.get('/fixed', (_request, reply) =>
    reply.type('application/json').header('cache-control', 'no-transform').send(BODY),
  )
  app.get('/account', (_request, reply) => reply.type('application/json').send(BODY))
  app.get('/digest', (_request, reply) =>
    reply.type('application/json').header('content-digest', 'sha-256=:abc=:').send(BODY),
  )
  app.get('/part', (_request, reply) =>
    reply.code(206).type('application/json').header('content-range', 'bytes 0-9/99999').send(BODY),
  )
  app.get('/unchanged', (_request, reply) => reply.code(304).header('etag', '"a"').send())
  app.get('/never', { compress: false }, (_request, reply) => reply.type('application/json').send(BODY))
  return app
}

async function get(
  app: FastifyInstance,
  url: string,
  accept = 'zstd',
): Promise<{ readonly coding: unknown; readonly bytes: number; readonly body: string; readonly etag: unknown }> {
  const { headers, rawPayload } = await app.inject({ url, headers: { 'accept-encoding': accept } })
  const coding = headers['content-encoding']
  return {
    coding,
    bytes: rawPayload.length,
    body: decoded(rawPayload, coding as string).toString(),
    etag: headers.etag,
  }
}

describe('@fastify/compress with steered levels', () => {
  it.each(['zstd', 'br', 'gzip'])('sends %s at the level in force, and the same body at each', async coding => {
    const compression = new Compression()
    const app = await application(compression)
    const sizes: number[] = []
    for (const step of [1, 2, 3, 4, 5, 0]) {
      compression.set(step)
      const { coding: sent, bytes, body } = await get(app, '/orders/1', coding)
      expect(sent).toBe(step === 0 ? undefined : coding)
      expect(body).toBe(BODY)
      sizes.push(bytes)
    }
    expect(new Set(sizes).size).toBeGreaterThanOrEqual(coding === 'gzip' ? 5 : 6)
    expect(sizes[4]).toBeLessThan(sizes[0]!)
    expect(sizes[5]).toBe(Buffer.byteLength(BODY))
  })

  it('compresses streams as well, at the level in force', async () => {
    const compression = new Compression()
    const app = await application(compression)
    const first = await get(app, '/stream')
    compression.set(5)
    const last = await get(app, '/stream')
    expect([first.body, last.body]).toEqual([BODY + BODY, BODY + BODY])
    expect(last.bytes).toBeLessThan(first.bytes)
  })

  it('keeps the level of zstd, which the library loses', async () => {
    const app = await application(new Compression())
    const expected = zlib.zstdCompressSync(BODY, { params: { [zlib.constants.ZSTD_c_compressionLevel]: 3 } })
    expect((await get(app, '/orders/1')).bytes).toBe(expected.length)
  })

  it('leaves levels that the application has set until the knob moves', async () => {
    const compression = new Compression()
    const app = await application(compression, { zlibOptions: { level: 1 } })
    expect((await get(app, '/orders/1', 'gzip')).bytes).toBe(zlib.gzipSync(BODY, { level: 1 }).length)
    compression.set(4)
    expect((await get(app, '/orders/1', 'gzip')).bytes).toBe(zlib.gzipSync(BODY, { level: 9 }).length)
  })

  it('leaves alone no-transform, parts, digests, routes without compression, and what the application excludes', async () => {
    const app = await application(new Compression(), {
      exclude: ({ routeOptions }) => routeOptions?.url === '/account',
    })
    for (const url of ['/fixed', '/never', '/account', '/digest', '/part']) {
      const { coding, body } = await get(app, url)
      expect(coding, url).toBeUndefined()
      expect(body, url).toBe(BODY)
    }
  })

  it('makes the ETag of a compressed answer weak, and no other', async () => {
    const app = await application(new Compression())
    expect((await get(app, '/orders/1')).etag).toBe('W/"a"')
    expect((await get(app, '/orders/1', 'identity')).etag).toBe('"a"')
  })

  it('names in a 304 the tag that the client has', async () => {
    const app = await application(new Compression())
    for (const tag of ['W/"a"', '"a"']) {
      const { headers } = await app.inject({
        url: '/unchanged',
        headers: { 'accept-encoding': 'gzip', 'if-none-match': tag },
      })
      expect(headers.etag).toBe(tag)
    }
  })

  it('divides requests while a trial compares two levels, and gives both halves their own', async () => {
    const compression = new Compression()
    const app = await application(compression)
    compression.divide(unit => (Number(unit) % 2 === 0 ? 'act' : 'control'))
    compression.set(5)
    const sizes = new Set<number>()
    for (let turn = 0; turn < 10; turn++) sizes.add((await get(app, '/orders/1')).bytes)
    expect(sizes.size).toBe(2)
    compression.divide(undefined)
    expect((await get(app, '/orders/1')).bytes).toBe(Math.min(...sizes))
  })
})
