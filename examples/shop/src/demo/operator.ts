import type { Advice } from 'homeostat'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { ProductCache } from '../product-cache.ts'
import type { SeedSize } from '../schema.ts'
import { createSchema, seed } from '../schema.ts'
import { serviceOf } from '../settings.ts'

export function createsIndex({ statement }: Advice): boolean {
  return /^create index\b/i.test(statement ?? '')
}

/** The person behind the shop: with connections of their own, beside the shop's. */
export class Operator implements AsyncDisposable {
  readonly #pool: Pool
  readonly #redis: Redis
  readonly #products: ProductCache
  readonly #redisPrefix: string

  constructor(databaseUrl: string, redisUrl: string, redisPrefix: string) {
    this.#pool = new Pool({ connectionString: databaseUrl, max: 2, application_name: 'operator' })
    this.#redis = new Redis(redisUrl, { maxRetriesPerRequest: 3 })
    this.#redisPrefix = redisPrefix
    this.#products = new ProductCache(this.#redis, this.#pool, redisPrefix)
    // A lost connection shows in what the operator does next; without listeners it would end the process.
    this.#pool.on('error', () => undefined)
    this.#redis.on('error', () => undefined)
  }

  /** Makes the shop look as if it had been open for long: a year of orders, and a cache that traffic has filled. */
  async prepare(size: SeedSize): Promise<void> {
    await createSchema(this.#pool)
    await seed(this.#pool, size)
    await this.#products.fill()
  }

  emptyProductCache(): Promise<number> {
    return this.#products.clear()
  }

  /**
   * Does what the advice says; only ever an index.
   *
   * @throws Error - when the advice does not create an index, or the database refuses it
   */
  async follow(advice: Advice): Promise<void> {
    if (!createsIndex(advice)) throw new Error(`it does not create an index: ${advice.statement ?? advice.what}`)
    await this.#pool.query(advice.statement!)
  }

  /** How long statements have kept the database busy, in seconds; undefined before Postgres 14, which does not count it. */
  async databaseSeconds(): Promise<number | undefined> {
    const sql =
      'select (to_jsonb(s) ->> $1)::float8 / 1000 as seconds from pg_stat_database s where datname = current_database()'
    const { rows } = await this.#pool.query<{ seconds: number | null }>(sql, ['active_time'])
    return rows[0]?.seconds ?? undefined
  }

  /** Leaves nothing of the shop in a Redis that may be somebody's. */
  async removeKeys(): Promise<void> {
    // The second are the leases of what the shop's processes share.
    for (const match of [`${this.#redisPrefix}*`, `homeostat:{${serviceOf(this.#redisPrefix)}}:*`]) {
      for await (const keys of this.#redis.scanStream({ match, count: 1000 })) {
        if ((keys as string[]).length > 0) await this.#redis.unlink(...(keys as string[]))
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#redis.disconnect()
    await this.#pool.end()
  }
}
