import zlib from 'node:zlib'
import { createServer } from 'node:http'
import { metrics, type MetricDefinition } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'
import compression from 'compression'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { Compression } from '../../src/compression/compression.ts'
import { type ExpressCompressionOptions, steeredMiddleware } from '../../src/compression/express-compression.ts'
import { measured } from '../client/measured.ts'
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
  const given =
    (more: Record<string, string>, status = 200): express.RequestHandler =>
    (_request, response) =>
      void response
        .status(status)
        .type('json')
        .set({ ETag: '"a"', ...more })
        .send(BODY)
  app.get('/part', given({ 'Content-Range': 'bytes 0-9/99999' }, 206))
  app.get('/digest', given({ 'Content-Digest': 'sha-256=:abc=:' }))
  app.get('/small', (_request, response) => void response.type('json').set('ETag', '"a"').send('{"a":1}'))
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

  it('leaves alone a part of a body, and one whose digest is named', async () => {
    const port = await application(new Compression())
    for (const path of ['/part', '/digest']) {
      const { headers, raw } = await ask(port, path, 'gzip')
      expect([headers['content-encoding'], headers.etag, raw.length], path).toEqual([undefined, '"a"', BODY.length])
    }
  })

  it('keeps the tag of a body that is too small, and gives HEAD the headers of GET', async () => {
    const port = await application(new Compression(), { threshold: '2kb' })
    for (const method of ['GET', 'HEAD']) {
      const small = (await ask(port, '/small', 'gzip', { method })).headers
      expect([small['content-encoding'], small.etag], method).toEqual([undefined, '"a"'])
      const { headers } = await ask(port, '/orders/1', 'gzip', { method })
      expect([headers['content-encoding'], headers.etag, headers['content-length']], method).toEqual([
        'gzip',
        'W/"a"',
        undefined,
      ])
      const plain = (await ask(port, '/orders/1', undefined, { method })).headers
      expect([plain['content-encoding'], plain.etag, plain['content-length']], method).toEqual([
        undefined,
        '"a"',
        String(BODY.length),
      ])
    }
  })

  it('names in a 304 the tag that the client has', async () => {
    const port = await application(new Compression())
    for (const tag of ['W/"a"', '"a"']) {
      const { status, headers } = await ask(port, '/orders/1', 'gzip', { headers: { 'if-none-match': tag } })
      expect([status, headers.etag]).toEqual([304, tag])
    }
  })

  it('counts a body by the coding that it was sent in', async () => {
    const registry = new Registry({ scope: { name: 'test' } })
    const levels = new Compression()
    using _attached = levels.attach(registry)
    const port = await application(levels)
    for (const path of ['/small', '/orders/1']) await ask(port, path, 'gzip')
    await ask(port, '/orders/1', 'gzip', { method: 'HEAD' })
    const counted = (metric: MetricDefinition): unknown[][] =>
      measured(registry, metric)
        .filter(({ value }) => value > 0)
        .map(({ attributes: a, value }) => [a['http.route'], a['homeostat.http.coding'], value])
    await expect
      .poll(() => counted(metrics.httpCompressionPlain))
      .toEqual([
        ['/small', 'identity', 7],
        ['/orders/:id', 'gzip', BODY.length],
      ])
    expect(counted(metrics.httpCompressionSent)).toEqual([
      ['/small', 'identity', 7],
      ['/orders/:id', 'gzip', expect.toSatisfy((sent: number) => sent < BODY.length / 2)],
    ])
  })

  it.each([
    ['false', () => false],
    [
      'an error',
      () => {
        throw new Error('mine')
      },
    ],
    ['a promise', async () => true],
  ])('does not compress where the filter answers with %s', async (_, filter) => {
    const port = await application(new Compression(), { filter: filter as never })
    const { status, headers, body } = await ask(port, '/orders/1', 'gzip')
    expect([status, headers['content-encoding'], body.toString()]).toEqual([200, undefined, BODY])
  })
})
