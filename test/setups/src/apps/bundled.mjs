// Is bundled by the tests with every library in it, so that no hook finds one. The application hands its objects over.
import { metrics } from '@opentelemetry/api'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { Queue } from 'bullmq'
import { homeostat } from 'homeostat'
import { Redis } from 'ioredis'
import pg from 'pg'
import { openShop } from './shop.cjs'

const { DATABASE_URL, REDIS_URL } = process.env
const h = homeostat({ bullmq: { pollIntervalMs: 200 } })
new NodeSDK({ instrumentations: [...h.instrumentations] }).start()

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 3 })
// One connection for both: in some bundles BullMQ cannot load ioredis itself.
const redis = new Redis(REDIS_URL, { maxRetriesPerRequest: null })
const queue = new Queue('mails', { connection: redis, prefix: crypto.randomUUID() })
const sessions = new Map()
if (process.env.OBSERVE) h.observe({ pg: pool, redis, queues: queue, caches: sessions })

// No await at the top: the bundle may be CommonJS.
async function work() {
  await pool.query('SELECT 1')
  await redis.get('none')
  await queue.add('send', {})
  sessions.get('none')
  openShop(metrics)
}

void work()
