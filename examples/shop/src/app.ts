import { setTimeout as sleep } from 'node:timers/promises'
import underPressure from '@fastify/under-pressure'
import type { FastifyInstance } from 'fastify'
import fastify from 'fastify'
import type { Knob } from 'homeostat'
import type { Database } from './database.ts'
import { isConnectionError } from './database.ts'
import { renderSalePage } from './knobs/sale-page.ts'
import type { ShopKnobs } from './knobs/shop-domain.ts'
import type { ProductCache } from './product-cache.ts'
import type { Queues } from './queues.ts'
import type { RedisServer } from './redis.ts'
import type { SessionCache } from './session-cache.ts'
import type { Telemetry } from './telemetry.ts'

export interface Services {
  readonly database: Database
  readonly redis: RedisServer
  readonly products: ProductCache
  readonly sessions: SessionCache
  readonly queues: Queues
  readonly telemetry: Telemetry
  readonly knobs: ShopKnobs
  /** Sheds load by limits that a person has set. */
  readonly isTuned: boolean
}

/** How long the recommendation service takes. */
const RECOMMENDATIONS_MS = 120

interface OrderSearch {
  readonly customer: number
  readonly status: string
}

interface NewOrder {
  readonly customerId: number
  readonly productId: number
}

const id = { type: 'integer', minimum: 1, maximum: 2 ** 31 - 1 }
const byId = { type: 'object', properties: { id } }
const orderSearch = {
  type: 'object',
  required: ['customer', 'status'],
  properties: { customer: id, status: { type: 'string' } },
}
const newOrder = {
  type: 'object',
  required: ['customerId', 'productId'],
  properties: { customerId: id, productId: id },
}

const billing = {
  type: 'object',
  required: ['count'],
  properties: { count: { type: 'integer', minimum: 1, maximum: 20 } },
}

/** The shop's routes. */
export function createApp(services: Services): FastifyInstance {
  const { database, redis, products, sessions, queues, telemetry, knobs, isTuned } = services
  const app = fastify({ forceCloseConnections: true })
  // Before everything that may refuse a request.
  const received = new Map<string, number>()
  app.addHook('onRequest', async ({ method, routeOptions: { url } }) => {
    const route = `${method} ${url ?? '(unknown)'}`
    received.set(route, (received.get(route) ?? 0) + 1)
  })
  if (isTuned) app.register(underPressure, { maxEventLoopDelay: 500, maxEventLoopUtilization: 0.98 })
  const { pool } = database

  app.get<{ Headers: { 'x-session'?: string } }>('/', async (request, reply) => {
    const session = sessions.visit(request.headers['x-session'])
    return reply.header('x-session', session.id).type('text/html').send(session.frontPage)
  })

  app.get<{ Params: { id: number } }>('/products/:id', { schema: { params: byId } }, async (request, reply) => {
    const startedAt = performance.now()
    const { product, isCached } = await products.lookUp(request.params.id)
    if (knobs.recommendations.of(request.id).value > 0) await sleep(RECOMMENDATIONS_MS)
    knobs.signals.lookedUp(isCached, knobs.placebo.of(request.id).arm)
    knobs.signals.productShown((performance.now() - startedAt) / 1000)
    return product ?? reply.code(404).send({ error: 'no such product' })
  })

  app.get('/sale', async (request, reply) => {
    const { value, arm } = knobs.offers.of(request.id)
    const startedAt = performance.now()
    const page = renderSalePage(value, Date.now() % 3000)
    knobs.signals.saleRendered((performance.now() - startedAt) / 1000, arm)
    return reply.type('text/html').send(page)
  })

  app.post<{ Body: { readonly count: number } }>('/invoices', { schema: { body: billing } }, async (request, reply) => {
    const { rows } = await pool.query<{ id: string; customer_id: number; total: string }>(
      'select id, customer_id, total from orders order by id desc limit $1',
      [request.body.count],
    )
    const orders = rows.map(({ id: orderId, customer_id: customerId, total }) => ({ orderId, customerId, total }))
    await queues.bill(orders.map(order => ({ ...order, paidAt: Date.now() })))
    return reply.code(202).send({ invoices: orders.length })
  })

  app.get<{ Querystring: OrderSearch }>('/orders', { schema: { querystring: orderSearch } }, async request => {
    const { customer, status } = request.query
    const { rows } = await pool.query<object>(
      'select id, total, created_at from orders where customer_id = $1 and status = $2 order by created_at desc limit 20',
      [customer, status],
    )
    return rows
  })

  app.post<{ Body: NewOrder }>('/orders', { schema: { body: newOrder } }, async (request, reply) => {
    const { customerId, productId } = request.body
    const product = await products.find(productId)
    if (!product) return reply.code(404).send({ error: 'no such product' })
    const { rows } = await pool.query<{ id: string }>(
      `insert into orders (customer_id, product_id, status, total) values ($1, $2, 'paid', $3) returning id`,
      [customerId, productId, product.price],
    )
    const orderId = rows[0]!.id
    const announced = await queues.publish({ orderId, customerId, total: product.price, paidAt: Date.now() })
    return reply.code(201).send({ orderId, announced })
  })

  app.get('/received', async () => Object.fromEntries(received))
  app.get('/health', async () => ({ postgres: database.availability.isUp, redis: redis.availability.isUp }))
  addTelemetryRoutes(app, telemetry, knobs)

  app.setErrorHandler<Error & { statusCode?: number }>(async (error, _request, reply) => {
    if (isConnectionError(error)) {
      database.availability.lost(error)
      return reply.code(503).header('retry-after', '2').send({ error: 'the database does not answer' })
    }
    const { statusCode = 500 } = error
    return reply.code(statusCode).send({ error: statusCode < 500 ? error.message : 'something went wrong' })
  })
  return app
}

function addTelemetryRoutes(app: FastifyInstance, { prometheus, homeostat }: Telemetry, knobs: ShopKnobs): void {
  app.get('/metrics', (request, reply) => {
    reply.hijack()
    prometheus.getMetricsRequestHandler(request.raw, reply.raw)
  })
  if (homeostat === undefined) return
  app.get('/performance', () => homeostat.collectMetrics())
  app.get('/knobs', async () => {
    // JSON leaves out what is undefined, and a knob that cannot be read has to be seen.
    const inMemory = homeostat.report().knobs.map(({ name, value = null }) => [name, value] as const)
    const own = [knobs.offers, knobs.recommendations, knobs.placebo].map(
      async ({ knob }) => [knob.name, await readingOf(knob).catch(() => null)] as const,
    )
    return { knobs: Object.fromEntries([...inMemory, ...(await Promise.all(own))]) }
  })
}

async function readingOf(knob: Knob): Promise<number> {
  return knob.read()
}
