import type { RoutablePool } from './driver-shapes.ts'
import { libraryPoolOf } from './replica-pools.ts'

/** Whether `query` and `connect` of a pool are pg's own beneath ours: others would not run for a read on a replica. */
export class PlainMethods {
  readonly #pool: RoutablePool
  readonly #library: RoutablePool | undefined
  readonly #prototype: RoutablePool
  /** Something was put on the pool itself before. */
  readonly #hasOwn: boolean
  #connect: unknown

  /** To be made before the methods are replaced. */
  constructor(pool: RoutablePool) {
    this.#pool = pool
    this.#library = libraryPoolOf(pool)?.prototype
    this.#prototype = Object.getPrototypeOf(pool) as RoutablePool
    this.#hasOwn = Object.hasOwn(pool, 'query') || Object.hasOwn(pool, 'connect')
  }

  /** To be called once they are. */
  replaced(): void {
    this.#connect = this.#pool.connect
  }

  /** An instrumentation may come and go: it replaces the methods of pg itself. */
  get arePlain(): boolean {
    return (
      !this.#hasOwn &&
      this.#prototype.query === this.#library?.query &&
      this.#prototype.connect === this.#library.connect &&
      (this.#pool.connect as unknown) === this.#connect
    )
  }
}
