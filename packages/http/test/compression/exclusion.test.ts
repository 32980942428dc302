import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import compress from '@fastify/compress'
import { Router } from '@koa/router'
import compression from 'compression'
import express5 from 'express'
import Fastify, { type FastifyPluginAsync } from 'fastify'
import Koa from 'koa'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  compressionForExpress,
  compressionForFastify,
  compressionForNode,
  HttpInstrumentation,
  nameRoute,
} from '../../src/index.ts'
import { ask, orders, portOf } from './asking-client.ts'

const express4 = createRequire(import.meta.url)('express-4') as typeof express5
const BODY = orders(120)

/** The coding in which the path is sent. */
const codingOf = async (port: number, path: string): Promise<string> =>
  (await ask(port, path, 'br')).headers['content-encoding'] ?? 'identity'

type Express = typeof express5

/** An application of Express with a router below a parameter. */
function expressApp(express: Express, options: object = {}): Promise<number> {
  const app = express()
  app.use(compressionForExpress(compression, options as never) as unknown as ReturnType<Express>)
  const inner = express.Router({ mergeParams: true })
  inner.get('/account', (_request, response) => void response.type('json').send(BODY))
  inner.get('/orders', (_request, response) => void response.type('json').send(BODY))
  app.use('/tenants/:id', inner)
  return portOf(createServer(app as RequestListener))
}

async function fastifyApp(options: object = {}): Promise<number> {
  const app = Fastify()
  onTestFinished(() => app.close())
  await app.register(compressionForFastify(compress, options as never) as unknown as FastifyPluginAsync)
  app.get('/tenants/:id/account', (_request, reply) => reply.type('application/json').send(BODY))
  app.get('/tenants/:id/orders', (_request, reply) => reply.type('application/json').send(BODY))
  app.get('/explicit/:id', (_request, reply) => {
    reply.type('application/json').compress(BODY)
    return reply
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return Number(new URL(app.listeningOrigin).port)
}

function koaApp(options: object = {}): Promise<number> {
  const app = new Koa()
  const router = new Router({ prefix: '/tenants/:id' })
  for (const path of ['/account', '/orders'])
    router.get(path, context => void (context.body = JSON.parse(BODY) as object))
  app.use(router.routes())
  return portOf(createServer(compressionForNode(app.callback(), options)))
}

function plainApp(options: object = {}): Promise<number> {
  return portOf(
    createServer(
      compressionForNode((request, response) => {
        nameRoute(response, `/tenants/:id/${request.url?.split('/').at(-1)}`)
        // A router of its own may change what the path was.
        request.url = '/'
        response.setHeader('Content-Type', 'application/json')
        response.end(BODY)
      }, options),
    ),
  )
}

const APPLICATIONS: [string, (options?: object) => Promise<number>][] = [
  ['Express 4', options => expressApp(express4, options)],
  ['Express 5', options => expressApp(express5, options)],
  ['Fastify', fastifyApp],
  ['Koa', koaApp],
  ['plain node:http', plainApp],
]

describe.each(APPLICATIONS)('%s', (_, application) => {
  const states: [string, (http: HttpInstrumentation) => unknown][] = [
    ['never registered', () => {}],
    ['registered', http => http.enable()],
    ['registered and stopped', http => (http.enable(), http.disable())],
  ]

  it.each([
    ['a promise of true', async () => true],
    ['a promise of false', async () => false],
    ['a promise that rejects', async () => Promise.reject(new Error('mine'))],
    [
      'an error',
      () => {
        throw new Error('mine')
      },
    ],
    ['true', () => true],
  ])('excludes a response where `exclude` answers with %s, and goes on', async (_answer, exclude) => {
    const unhandled: unknown[] = []
    const note = (error: unknown): unknown => unhandled.push(error)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    const port = await application({ exclude })
    expect([await codingOf(port, '/tenants/1/orders'), await codingOf(port, '/tenants/1/account')]).toEqual([
      'identity',
      'identity',
    ])
    await sleep(10)
    expect(unhandled).toEqual([])
  })

  it.each(states)('never compresses a route that is excluded by its template: %s', async (_state, prepare) => {
    const http = new HttpInstrumentation({ compression: { exclude: ['/tenants/:id/account', '/explicit/:id'] } })
    onTestFinished(() => http.disable())
    prepare(http)
    const port = await application()
    expect(await codingOf(port, '/tenants/42/account?q=x')).toBe('identity')
    expect(await codingOf(port, '/tenants/42/orders')).toBe('br')
  })
})

it('Express 4: excludes a route of a router that was mounted before anybody followed', async () => {
  const app = express4()
  app.use(compressionForExpress(compression) as unknown as ReturnType<Express>)
  const inner = express4.Router({ mergeParams: true })
  for (const path of ['/keys', '/boxes']) inner.get(path, (_request, response) => void response.type('json').send(BODY))
  app.use('/rooms/:id', inner)
  const http = new HttpInstrumentation({ compression: { exclude: ['get keys'] } })
  onTestFinished(() => http.disable())
  http.enable()
  const port = await portOf(createServer(app as RequestListener))
  expect(await codingOf(port, '/rooms/1/keys')).toBe('identity')
  expect(await codingOf(port, '/rooms/1/boxes')).toBe('br')
})

it('Fastify: neither is an excluded route compressed by reply.compress()', async () => {
  const http = new HttpInstrumentation({ compression: { exclude: ['/explicit/:id'] } })
  onTestFinished(() => http.disable())
  expect(await codingOf(await fastifyApp(), '/explicit/1')).toBe('identity')
})

it('the metrics name templates, and no path or content type', async () => {
  const http = new HttpInstrumentation()
  onTestFinished(() => http.disable())
  http.enable()
  for (const [, application] of APPLICATIONS) await codingOf(await application(), '/tenants/42/orders')
  const unnamed = await portOf(
    createServer(compressionForNode((_request, response) => response.setHeader('Content-Type', 'text/html').end(BODY))),
  )
  await codingOf(unnamed, '/users/42')
  const metric = http.registry
    .collect()
    .metrics.find(({ descriptor }) => descriptor.name === 'homeostat.http.compression.plain')
  const routes = metric?.dataPoints.map(({ attributes }) => attributes['http.route'])
  expect(new Set(routes)).toEqual(new Set(['/tenants/:id/orders', undefined]))
})
