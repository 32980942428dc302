import zlib from 'node:zlib'
import { createServer } from 'node:http'
import compression from 'compression'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { Compression } from '../../src/compression/compression.ts'
import { type ExpressCompressionOptions, steeredMiddleware } from '../../src/compression/express-compression.ts'
import { ask, orders, portOf } from './asking-client.ts'

const BODY = orders(120)

function application(levels: Compression, options: ExpressCompressionOptions = {}): Promise<number> {
  const app = express()
  app.use(steeredMiddleware(compression, options, levels) as unknown as express.RequestHandler)
  app.get('/orders/:id', (_request, response) => void response.type('json').set('ETag', '"a"').send(BODY))
  app.get('/stream', (_request, response) => {
    response.type('json').write(BODY)
    setImmediate(() => response.end(BODY))
  })
  app.get('/fixed', (_request, response) => void response.type('json').set('Cache-Control', 'no-transform').send(BODY))
  app.get('/account', (_request, response) => void response.type('json').send(BODY))
  return portOf(createServer(app))
}

describe('compression for Express with steered levels', () => {
  it.each(['br', 'gzip'])('sends %s at the level in force, and the same body at each', async coding => {
    const levels = new Compression()
    const port = await application(levels)
    const sizes: number[] = []
    for (const step of [1, 2, 3, 4, 0]) {
      levels.set(step)
      const { headers, raw, body } = await ask(port, '/orders/1', coding)
      expect(headers['content-encoding']).toBe(step === 0 ? undefined : coding)
      expect(body.toString()).toBe(BODY)
      sizes.push(raw.length)
    }
    expect(new Set(sizes).size).toBe(5)
    expect(sizes[3]).toBeLessThan(sizes[0]!)
    expect(sizes[4]).toBe(Buffer.byteLength(BODY))
  })

  it('compresses streams as well', async () => {
    const port = await application(new Compression())
    const { headers, body } = await ask(port, '/stream', 'gzip')
    expect(headers['content-encoding']).toBe('gzip')
    expect(body.toString()).toBe(BODY + BODY)
  })

  it('leaves levels that the application has set until the knob moves', async () => {
    const levels = new Compression()
    const port = await application(levels, { level: 1 })
    expect((await ask(port, '/orders/1', 'gzip')).raw).toHaveLength(zlib.gzipSync(BODY, { level: 1 }).length)
    levels.set(4)
    expect((await ask(port, '/orders/1', 'gzip')).raw).toHaveLength(zlib.gzipSync(BODY, { level: 9 }).length)
  })

  it('honours no-transform and what the application excludes', async () => {
    const port = await application(new Compression(), { exclude: request => request.route?.path === '/account' })
    for (const path of ['/fixed', '/account'])
      expect((await ask(port, path, 'gzip')).headers).not.toHaveProperty('content-encoding')
  })

  it('makes the ETag of a compressed answer weak, and no other', async () => {
    const port = await application(new Compression())
    expect((await ask(port, '/orders/1', 'gzip')).headers.etag).toBe('W/"a"')
    expect((await ask(port, '/orders/1', 'identity')).headers.etag).toBe('"a"')
  })
})
