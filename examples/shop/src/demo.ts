// npm start: a shop on real servers, real trouble, and what Homeostat does about it.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres, startRedis } from '@homeostat/services'
import { reasonOf } from './availability.ts'
import { DemoRun } from './demo/demo-run.ts'
import { Interruption } from './demo/interruption.ts'
import { News } from './demo/news.ts'
import { Operator } from './demo/operator.ts'
import type { DemoOptions } from './demo/options.ts'
import { OptionError, parseOptions, usage } from './demo/options.ts'
import { Screen } from './demo/screen.ts'
import { HEAP_LIMIT, startShopProcess } from './demo/shop-process.ts'
import { Story } from './demo/story.ts'
import { printSummary } from './demo/summary.ts'
import { Timeline } from './demo/timeline.ts'
import { startMerchant } from './load/merchant.ts'
import { everydayLoad } from './load/troubles.ts'
import { CATALOGUE } from './load/visitors.ts'

const SESSION_TTL_SECONDS = '20'

/** Resolves to the exit code. Everything that was started has been stopped by then. */
async function demo({ watch, durationMs }: DemoOptions, interruption: Interruption): Promise<number> {
  const { signal } = interruption
  const screen = new Screen(process.stdout, process.env)
  const timeline = new Timeline(screen)
  const story = new Story()
  const news = new News()

  await using stack = new AsyncDisposableStack()
  screen.line('Starting Postgres and Redis ...')
  const [postgres, redis] = await interruption.unless(Promise.all([startPostgres({ database: 'shop' }), startRedis()]))
  stack.use(postgres)
  stack.use(redis)
  screen.line(`Postgres ${postgres.version} (${postgres.origin}), Redis ${redis.version} (${redis.origin})`)

  const redisPrefix = `shop-demo-${randomBytes(4).toString('hex')}:`
  const operator = stack.use(new Operator(postgres.url, redis.url, redisPrefix))
  // A Redis that is gone keeps no keys.
  stack.defer(() => operator.removeKeys().catch(() => undefined))
  screen.line('Filling the shop with a year of orders ...')
  await interruption.unless(operator.prepare(CATALOGUE))

  const stateDir = await mkdtemp(join(tmpdir(), 'shop-demo-'))
  stack.defer(() => rm(stateDir, { recursive: true, force: true }))
  const merchant = stack.use(await startMerchant())
  const shop = stack.use(
    await interruption.unless(
      startShopProcess({
        environment: {
          DATABASE_URL: postgres.url,
          REDIS_URL: redis.url,
          REDIS_PREFIX: redisPrefix,
          WEBHOOK_URL: merchant.webhookUrl,
          SESSION_TTL_SECONDS,
          HOMEOSTAT_STATE_DIR: stateDir,
          PORT: process.env['PORT'] ?? '0',
        },
        onTick: entry => {
          story.read(entry)
          timeline.addNews(news.read(entry))
        },
        onLine: line => timeline.add('shop', line.replace(/^shop: /, '')),
      }),
    ),
  )
  stack.defer(() => timeline.close())
  stack.use(interruption.failOn(shop.ended, how => `the shop ${how} while it was needed`))
  screen.line(`The shop has a heap of ${HEAP_LIMIT} MiB. Homeostat is in mode act.`)
  screen.line()

  timeline.begin()
  const run = new DemoRun({ shop, operator, story, timeline, durationMs })
  await run.troubles(signal)
  if (signal.aborted) return interruption.exitCode
  timeline.end()
  printSummary(screen, { story, shopUrl: shop.url, isWatching: watch, followed: run.followed })
  if (watch) {
    await run.everyday(everydayLoad, signal)
    return interruption.exitCode
  }
  return story.missing.length === 0 ? 0 : 1
}

const interruption = new Interruption()
try {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) console.log(usage)
  else process.exitCode = await demo(options, interruption)
} catch (error) {
  if (!interruption.signal.aborted) console.error(`demo: ${error instanceof Error ? error.message : reasonOf(error)}`)
  process.exitCode = error instanceof OptionError ? 2 : interruption.exitCode
}
if (interruption.reason) console.error(`demo: ${interruption.reason}`)
// The servers' guardian and idle connections must not keep an ended demonstration.
process.exit()
