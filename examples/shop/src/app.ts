import type { FastifyInstance } from 'fastify'
import fastify from 'fastify'
import type { Homeostat } from 'homeostat'
import type { Database } from './database.ts'
import { isConnectionError } from './database.ts'
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
}

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

/** The shop's routes. */
export function createApp({ database, redis, products, sessions, queues, telemetry }: Services): FastifyInstance {
  const app = fastify({ forceCloseConnections: true })
  const { pool } = database

  app.get<{ Headers: { 'x-session'?: string } }>('/', async (request, reply) => {
    const session = sessions.visit(request.headers['x-session'])
    return reply.header('x-session', session.id).type('text/html').send(session.frontPage)
  })

  app.get<{ Params: { id: number } }>('/products/:id', { schema: { params: byId } }, async (request, reply) => {
    const product = await products.find(request.params.id)
    return product ?? reply.code(404).send({ error: 'no such product' })
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
    const announced = await queues.publish({ orderId, customerId, total: product.price })
    return reply.code(201).send({ orderId, announced })
  })

  app.get('/health', async () => ({ postgres: database.availability.isUp, redis: redis.availability.isUp }))
  addTelemetryRoutes(app, telemetry)

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

function addTelemetryRoutes(
  app: FastifyInstance,
  telemetry: { prometheus: Telemetry['prometheus']; homeostat: Homeostat },
): void {
  app.get('/metrics', (request, reply) => {
    reply.hijack()
    telemetry.prometheus.getMetricsRequestHandler(request.raw, reply.raw)
  })
  app.get('/performance', () => telemetry.homeostat.collectMetrics())
}
