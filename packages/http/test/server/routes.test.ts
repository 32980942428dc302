import { createRequire } from 'node:module'
import type { RequestListener } from 'node:http'
import { Router } from '@koa/router'
import express5, { type ErrorRequestHandler } from 'express'
import Fastify from 'fastify'
import Koa from 'koa'
import { expect, test } from 'vitest'
import { nameRoute } from '../../src/index.ts'
import { askAll, Measured, Served } from './served-application.ts'

const express4 = createRequire(import.meta.url)('express-4') as typeof express5

test('Fastify: the template, also where a hook or a validation answers, and one series for what matches nothing', async () => {
  using measured = new Measured()
  const app = Fastify()
  app.get('/users/:id', () => 'Ada')
  app.get('/guarded/:id', { onRequest: (_request, reply, _done) => void reply.code(401).send() }, () => 'never')
  app.get('/checked', { schema: { querystring: { type: 'object', required: ['page'] } } }, () => 'never')
  await app.register(
    async inner => {
      inner.get('/', () => 'root')
      inner.get('/failing', () => {
        throw new Error('on purpose')
      })
    },
    { prefix: '/api' },
  )
  await app.listen({ port: 0, host: '127.0.0.1' })
  try {
    const origin = app.listeningOrigin
    await askAll(origin, [
      '/users/1',
      '/users/2',
      '/guarded/3',
      '/checked',
      '/api/',
      '/api/failing',
      '/secret/1',
      '/secret/2',
    ])
    expect(measured.answers()).toEqual({
      'GET /users/:id 200': 2,
      'GET /guarded/:id 401': 1,
      'GET /checked 400': 1,
      'GET /api 200': 1,
      'GET /api/failing 500': 1,
      'GET - 404': 2,
    })
  } finally {
    await app.close()
  }
})

for (const [name, express] of [
  ['Express 4', express4],
  ['Express 5', express5],
] as const) {
  test(`${name}: the template with the paths of routers and applications around it, and never a value of a parameter`, async () => {
    using measured = new Measured()
    const app = express()
    const orders = express.Router({ mergeParams: true })
    orders.get('/:order', (_request, response) => void response.send('order'))
    orders.get('/', (_request, response) => void response.send('orders'))
    const inner = express()
    inner.get('/status/:part', (_request, response) => void response.send('fine'))
    app.get('/', (_request, response) => void response.send('root'))
    app.use('/users/:user/orders', orders)
    app.use('/archive/:year', orders)
    app.use(['/old', '/older'], orders)
    app.use('/inner', inner)
    app.get('/failing', () => {
      throw new Error('on purpose')
    })
    const onError: ErrorRequestHandler = (error, _request, response, _next) =>
      void response.status(500).send(String(error))
    app.use(onError)
    await using served = await Served.start(app as RequestListener)
    await served.ask(
      '/',
      '/users/77/orders/9',
      '/users/78/orders',
      '/archive/1999/5',
      '/old/5',
      '/older/5',
      '/inner/status/disk',
      '/failing',
      '/no/1',
      '/no/2',
    )
    expect(measured.answers()).toEqual({
      'GET / 200': 1,
      'GET /users/:user/orders/:order 200': 1,
      'GET /users/:user/orders 200': 1,
      'GET /archive/:year/:order 200': 1,
      'GET /old/:order 200': 1,
      'GET /older/:order 200': 1,
      'GET /inner/status/:part 200': 1,
      'GET /failing 500': 1,
      'GET - 404': 2,
    })
  })

  test(`${name}: a router that was mounted before anybody followed shows no value of a parameter`, async () => {
    const app = express()
    const inner = express.Router()
    inner.get('/things/:thing', (_request, response) => void response.send('thing'))
    app.use('/tenants/:tenant', inner)
    using measured = new Measured()
    await using served = await Served.start(app as RequestListener)
    await served.ask('/tenants/acme/things/1')
    const [answer] = Object.keys(measured.answers())
    expect(answer).toMatch(/^GET \/(?:\*|tenants\/:tenant)\/things\/:thing 200$/)
  })
}

test('Koa: the template that its router has matched', async () => {
  using measured = new Measured()
  const app = new Koa()
  const users = new Router({ prefix: '/users' })
  users.get('/:id', context => void (context.body = 'Ada'))
  users.post('/', context => void (context.status = 201))
  app.use(users.routes())
  await using served = await Served.start((request, response) => void app.callback()(request, response))
  await served.ask('/users/1', '/users/2', 'POST /users', '/other')
  expect(measured.answers()).toEqual({ 'GET /users/:id 200': 2, 'POST /users 201': 1, 'GET - 404': 1 })
})

test('node:http: one series without a name, and the name that the application gives', async () => {
  using measured = new Measured()
  await using served = await Served.start((request, response) => {
    if (request.url?.startsWith('/users/')) nameRoute(response, '/users/:id')
    response.end('ok')
  })
  await served.ask('/users/1', '/users/2', '/a', '/b?token=secret')
  expect(measured.answers()).toEqual({ 'GET /users/:id 200': 2, 'GET - 200': 2 })
})
