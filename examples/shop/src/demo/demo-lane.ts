import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Postgres, Redis } from '@homeostat/services'
import { startPostgres, startRedis } from '@homeostat/services'
import type { LedgerEntry } from 'homeostat'
import type { ArmCounts } from '../knobs/arm-counts.ts'
import { lateOrders } from '../load/late-orders.ts'
import type { Merchant } from '../load/merchant.ts'
import { startMerchant } from '../load/merchant.ts'
import { CATALOGUE, Visitors } from '../load/visitors.ts'
import type { Lane } from '../settings.ts'
import { Operator } from './operator.ts'
import type { ShopProcess } from './shop-process.ts'
import { startShopProcess } from './shop-process.ts'

const SESSION_TTL_SECONDS = '20'
const RECEIVED_WITHIN_MS = 10_000

export interface DemoLaneOptions {
  readonly lane: Lane
  /** The port of the shop; 0 for a free one. */
  readonly port: string
  readonly onTick?: (entry: LedgerEntry, arms: ArmCounts) => void
  readonly onLine?: (line: string) => void
}

/** How the shop of a lane served its visitors. */
export interface LaneResult {
  readonly lane: Lane
  readonly sent: Visitors['sent']
  /** What the shop itself counted, by route; undefined where it does not say. */
  readonly received: Readonly<Record<string, number>> | undefined
  readonly requests: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly failures: number
  /** Visits without an answer: nobody can tell whether they reached the shop. */
  readonly unanswered: number
  readonly ordered: number
  /** Orders that were announced late, or not yet although it was time. */
  readonly late: number
  /** Undefined where Postgres does not count it. */
  readonly databaseSeconds: number | undefined
}

/** One shop, with servers, visitors and an operator of its own. */
export class DemoLane implements AsyncDisposable {
  readonly lane: Lane
  readonly visitors: Visitors
  readonly operator: Operator
  readonly postgres: Postgres
  readonly redis: Redis
  readonly #start: () => Promise<ShopProcess>
  readonly #merchant: Merchant
  readonly #stack: AsyncDisposableStack
  #databaseSeconds: number | undefined
  shop: ShopProcess

  private constructor(parts: {
    readonly lane: Lane
    readonly postgres: Postgres
    readonly redis: Redis
    readonly operator: Operator
    readonly merchant: Merchant
    readonly shop: ShopProcess
    readonly start: () => Promise<ShopProcess>
    readonly stack: AsyncDisposableStack
  }) {
    this.lane = parts.lane
    this.postgres = parts.postgres
    this.redis = parts.redis
    this.operator = parts.operator
    this.shop = parts.shop
    this.visitors = new Visitors(parts.shop.url)
    this.#merchant = parts.merchant
    this.#start = parts.start
    this.#stack = parts.stack
  }

  /** Opens an empty shop. */
  static async open({ lane, port, onTick, onLine }: DemoLaneOptions): Promise<DemoLane> {
    await using stack = new AsyncDisposableStack()
    const [postgres, redis] = await Promise.all([startPostgres({ database: 'shop' }), startRedis()])
    stack.use(postgres)
    stack.use(redis)
    const redisPrefix = `shop-demo-${randomBytes(4).toString('hex')}:`
    const operator = stack.use(new Operator(postgres.url, redis.url, redisPrefix))
    // A Redis that is gone keeps no keys.
    stack.defer(() => operator.removeKeys().catch(() => undefined))
    const folder = await mkdtemp(join(tmpdir(), 'shop-demo-'))
    stack.defer(() => rm(folder, { recursive: true, force: true }))
    const merchant = stack.use(await startMerchant())
    const start = (): Promise<ShopProcess> =>
      startShopProcess({
        environment: {
          DATABASE_URL: postgres.url,
          REDIS_URL: redis.url,
          REDIS_PREFIX: redisPrefix,
          WEBHOOK_URL: merchant.webhookUrl,
          SESSION_TTL_SECONDS,
          HOMEOSTAT_STATE_DIR: folder,
          HOMEOSTAT_CONSOLE: '1',
          PAGE_SETTINGS: join(folder, 'pages.json'),
          SHOP_LANE: lane,
          SHOP_TRIES_KNOBS: '1',
          PORT: port,
        },
        onTick: (entry, arms) => onTick?.(entry, arms),
        onLine: line => onLine?.(line),
      })
    const shop = await start()
    return new DemoLane({
      lane,
      postgres,
      redis,
      operator,
      merchant,
      shop,
      start,
      stack: stack.move(),
    })
  }

  /** Makes the shop look as if it had been open for a year. */
  async fill(): Promise<void> {
    await this.operator.prepare(CATALOGUE)
    this.#databaseSeconds = await this.operator.databaseSeconds()
  }

  /** Starts the shop again after its end; visitors go to the new address. */
  async restart(): Promise<void> {
    this.shop = await this.#start()
    this.visitors.moveTo(this.shop.url)
  }

  async result(): Promise<LaneResult> {
    const { visitors } = this
    const waits = visitors.waits.toSorted((one, other) => one - other)
    const at = (share: number): number => waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] ?? NaN
    const seconds = await this.operator.databaseSeconds().catch(() => undefined)
    const received = await receivedBy(this.shop).catch(() => undefined)
    return {
      lane: this.lane,
      sent: visitors.sent,
      received,
      requests: visitors.requests,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      failures: visitors.failures,
      unanswered: visitors.unanswered,
      ordered: visitors.paidAt.size,
      late: lateOrders(visitors.paidAt, this.#merchant.announcedAt, Date.now()),
      databaseSeconds:
        seconds !== undefined && this.#databaseSeconds !== undefined ? seconds - this.#databaseSeconds : undefined,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shop[Symbol.asyncDispose]()
    await this.visitors[Symbol.asyncDispose]()
    await this.#stack.disposeAsync()
  }
}

/** A shop that sheds load refuses this question as well, until it is calm. */
async function receivedBy({ url }: ShopProcess): Promise<NonNullable<LaneResult['received']>> {
  const deadline = AbortSignal.timeout(RECEIVED_WITHIN_MS)
  for (;;) {
    const answer = await fetch(`${url}/received`, { signal: deadline })
    if (answer.ok) return (await answer.json()) as NonNullable<LaneResult['received']>
    await answer.arrayBuffer()
    await sleep(250, undefined, { signal: deadline })
  }
}
