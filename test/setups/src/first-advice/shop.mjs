// A new application as its tutorial writes it: Express, pg, ioredis and BullMQ. It knows nothing of Homeostat.
import { Queue, Worker } from 'bullmq'
import express from 'express'
import { Redis } from 'ioredis'
import pg from 'pg'

const { DATABASE_URL, REDIS_URL } = process.env
const { hostname: host, port } = new URL(REDIS_URL)
const connection = { host, port: Number(port), maxRetriesPerRequest: null }
const pool = new pg.Pool({ connectionString: DATABASE_URL })
const redis = new Redis(REDIS_URL)
const mails = new Queue('mails', { connection })
new Worker('mails', async () => undefined, { connection })

const app = express()
app.get('/customers/:id/orders', async (request, response) => {
  const { id } = request.params
  const name = (await redis.get(`customer:${id}`)) ?? 'somebody'
  const { rows } = await pool.query('SELECT * FROM orders WHERE customer = $1', [Number(id)])
  await mails.add('viewed', { id })
  response.json({ name, orders: rows.length })
})
const server = app.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`))
