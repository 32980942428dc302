import type { CacheLoader } from 'homeostat'
import type { Redis } from 'ioredis'
import type { Pool } from 'pg'

export interface Product {
  readonly id: number
  readonly name: string
  readonly price: string
}

/** Products that `cache.warm` loads at most: those that make nearly all the visits. */
export const BESTSELLERS = 2000

const TTL_SECONDS = 600

/** Products by id: cache-aside in Redis, the truth in Postgres. */
export class ProductCache {
  readonly #redis: Redis
  readonly #pool: Pool
  readonly #prefix: string

  constructor(redis: Redis, pool: Pool, redisPrefix: string) {
    this.#redis = redis
    this.#pool = pool
    this.#prefix = `${redisPrefix}product:`
  }

  async find(id: number): Promise<Product | undefined> {
    return (await this.lookUp(id)).product
  }

  /** The product, and whether it was in the cache. */
  async lookUp(id: number): Promise<{ readonly product: Product | undefined; readonly isCached: boolean }> {
    const key = this.#prefix + id
    // Without Redis every product comes from Postgres.
    const cached = await this.#redis.get(key).catch(() => null)
    if (cached !== null) return { product: JSON.parse(cached) as Product, isCached: true }
    const product = await this.#load(id)
    if (product) await this.#redis.set(key, JSON.stringify(product), 'EX', TTL_SECONDS).catch(() => undefined)
    return { product, isCached: false }
  }

  /** How Homeostat fills the cache when it has become cold. */
  get loader(): CacheLoader {
    return {
      name: 'products',
      client: this.#redis,
      keys: async () => (await this.#bestsellers()).map(id => this.#prefix + id),
      load: async key => {
        const product = await this.#load(Number(key.slice(this.#prefix.length)))
        return product && JSON.stringify(product)
      },
      ttlSeconds: TTL_SECONDS,
      maxKeys: BESTSELLERS,
      perSecond: 500,
      // On a busy machine each key takes long, and does not take much.
      concurrency: 16,
    }
  }

  /** Puts all bestsellers in, as the traffic of a day does. */
  async fill(): Promise<void> {
    const { rows } = await this.#pool.query<Product>('select id, name, price from products where id <= $1', [
      BESTSELLERS,
    ])
    const batch = this.#redis.pipeline()
    for (const product of rows) batch.set(this.#prefix + product.id, JSON.stringify(product), 'EX', TTL_SECONDS)
    await batch.exec()
  }

  /** Removes all products from Redis and says how many there were. Touches no other key. */
  async clear(): Promise<number> {
    let removed = 0
    for await (const keys of this.#redis.scanStream({ match: `${this.#prefix}*`, count: 1000 })) {
      if ((keys as string[]).length > 0) removed += await this.#redis.unlink(...(keys as string[]))
    }
    return removed
  }

  async #load(id: number): Promise<Product | undefined> {
    const { rows } = await this.#pool.query<Product>('select id, name, price from products where id = $1', [id])
    return rows[0]
  }

  async #bestsellers(): Promise<number[]> {
    const { rows } = await this.#pool.query<{ id: number }>('select id from products order by id limit $1', [
      BESTSELLERS,
    ])
    return rows.map(({ id }) => id)
  }
}
