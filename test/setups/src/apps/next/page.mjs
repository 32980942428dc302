// As a route of Next.js: its bundle holds its own copies of @opentelemetry/api and of every library. The server leaves homeostat outside.
import { metrics } from '@opentelemetry/api'
import { registered } from 'homeostat/register'
import { Redis } from 'ioredis'
import pg from 'pg'
import { openShop } from '../shop.cjs'

export async function load() {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
  const redis = new Redis(process.env.REDIS_URL)
  registered?.observe({ pg: pool, redis })
  await pool.query('SELECT 1')
  await redis.get('none')
  openShop(metrics)
}
