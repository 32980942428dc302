import { BoundedMap, patchMethod, patchModuleFile } from '@homeostat/signals'
import type { Origin, UndiciLevels } from './origin.ts'
import type { Origins } from './origins.ts'

/** Pools that are followed; each belongs to one origin. */
const MOST_POOLS = 1000

/** A `Pool` of undici as far as it is read: https://github.com/nodejs/undici/blob/main/docs/docs/api/PoolStats.md. */
export interface PoolShape {
  readonly stats: { readonly queued?: unknown }
}

/** The prototype of undici's pools. The key of its method is a symbol that the same file exports. */
interface PoolBaseExports {
  readonly PoolBase: { readonly prototype: Record<symbol, (client: unknown) => unknown> }
  readonly kAddClient: symbol
}

/**
 * The pools of undici whose queue is read. The copy of undici inside of Node makes pools without a limit only, which queue nothing; a pool
 * of the package is found when it opens its first connection, and one inside of a bundle is handed over. None is kept alive.
 */
export class UndiciPools {
  readonly #pools: BoundedMap<WeakRef<PoolShape>, string> = new BoundedMap(MOST_POOLS)
  readonly #known = new WeakSet<object>()

  /** @returns false for what is not a pool of undici */
  add(pool: object): boolean {
    if (this.#known.has(pool)) return true
    const origin = originOf(pool)
    if (origin === undefined || typeof (pool as Partial<PoolShape>).stats !== 'object') return false
    this.#known.add(pool)
    this.#pools.set(new WeakRef(pool as PoolShape), origin)
    return true
  }

  /** Finds the pools of each copy of undici that the application loads. */
  find(report: (error: unknown) => void): Disposable {
    return patchModuleFile(
      'undici',
      'lib/dispatcher/pool-base',
      exports => {
        const { PoolBase, kAddClient } = exports as PoolBaseExports
        const add = (pool: object): void => {
          try {
            this.add(pool)
          } catch (error) {
            report(error)
          }
        }
        return patchMethod(PoolBase.prototype, kAddClient, (original, isActive) => {
          return function addClient(this: object, client: unknown) {
            if (isActive()) add(this)
            return original.call(this as never, client)
          }
        })
      },
      report,
    )
  }

  /** Adds the requests that wait in pools to the levels of their origins. */
  count(origins: Origins, levelsOf: (origin: Origin) => UndiciLevels): void {
    for (const [reference, spelling] of this.#pools) {
      const pool = reference.deref()
      if (pool === undefined) this.#pools.delete(reference)
      else {
        const origin = origins.of(spelling)
        const { queued } = pool.stats
        if (origin !== undefined && typeof queued === 'number') levelsOf(origin).queued += queued
      }
    }
  }
}

/** A pool keeps its address under a symbol that undici does not export. */
function originOf(pool: object): string | undefined {
  const key = Object.getOwnPropertySymbols(pool).find(({ description }) => description === 'url')
  const url = key === undefined ? undefined : (pool as Readonly<Record<symbol, unknown>>)[key]
  return url instanceof URL ? url.origin : undefined
}
