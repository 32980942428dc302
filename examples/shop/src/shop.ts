import { createApp } from './app.ts'
import { Database } from './database.ts'
import { createJobs } from './jobs.ts'
import { PageSettings } from './knobs/page-settings.ts'
import { createShopKnobs } from './knobs/shop-domain.ts'
import { tellTicks } from './parent.ts'
import { ProductCache } from './product-cache.ts'
import { Queues } from './queues.ts'
import { openRedis } from './redis.ts'
import { SessionCache } from './session-cache.ts'
import type { Settings } from './settings.ts'
import { StartError } from './settings.ts'
import { startTelemetry } from './telemetry.ts'

export interface Shop extends AsyncDisposable {
  readonly url: string
}

/**
 * Starts the shop.
 *
 * @throws StartError when it cannot serve at all; its message is for the person who started it
 */
export async function startShop(settings: Settings, say: (line: string) => void): Promise<Shop> {
  await using stack = new AsyncDisposableStack()
  const redis = stack.use(openRedis(settings.redisUrl, say))
  const database = stack.use(new Database(settings.databaseUrl, say))
  const { pool } = database

  const products = new ProductCache(redis.client, pool, settings.redisPrefix)
  const isTuned = settings.lane === 'static'
  const sessions = new SessionCache(settings.sessionTtlMs, isTuned)
  const knobs = createShopKnobs(new PageSettings(settings.pageSettings), settings.triesKnobs)
  const queuePrefix = `${settings.redisPrefix}queue`
  const given = { loaders: [products.loader], queuePrefix, service: settings.service, shop: knobs.domain }
  const telemetry = stack.use(startTelemetry(settings.lane === 'homeostat' ? given : undefined))
  await database.prepare()

  const jobs = createJobs(pool, settings.webhookUrl)
  const queues = stack.use(new Queues(settings.redisUrl, queuePrefix, jobs, isTuned ? 4 : 1))

  const app = createApp({ database, redis, products, sessions, queues, telemetry, knobs, isTuned })
  stack.defer(() => app.close())
  const { host, port } = settings
  const url = await app.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall !== 'listen') throw error
    throw new StartError(
      `cannot listen on ${host}:${port} (${error.code}): choose another PORT, or stop what listens there`,
    )
  })
  if (telemetry.homeostat) tellTicks(telemetry.homeostat)

  const open = stack.move()
  return { url, [Symbol.asyncDispose]: () => open.disposeAsync() }
}
