// A plain Jest test, CommonJS: Jest loads each module in its own way, so that no hook finds one.
const { metrics } = require('@opentelemetry/api')
const { NodeSDK } = require('@opentelemetry/sdk-node')
const { homeostat } = require('homeostat')
const { Redis } = require('ioredis')
const pg = require('pg')
const { openShop } = require('../shop.cjs')

test('the shop sells', async () => {
  const h = homeostat({ log: console })
  new NodeSDK({ instrumentations: [...h.instrumentations] }).start()
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
  const redis = new Redis(process.env.REDIS_URL)
  h.observe({ pg: pool, redis })
  await pool.query('SELECT 1')
  await redis.get('none')
  openShop(metrics)
  // Until whoever started it has seen enough.
  await new Promise(resolve => setTimeout(resolve, 50_000))
}, 60_000)
