/** A limit that somebody has relaxed, for some time and for a reason. */
export interface LagOverride {
  /** How old data may be meanwhile, in milliseconds. */
  readonly maxLagMs: number
  /** For how long, in milliseconds. @default 600000 */
  readonly forMs?: number
  /** Why, for whoever reads the log. */
  readonly reason: string
}

const DEFAULT_OVERRIDE_MS = 600_000

/** How old the data of a replica may be. It can be relaxed for some time while the primary is saturated; it then comes back by itself. */
export class LagLimit {
  readonly #maxLagMs: number
  #override: { readonly maxLagMs: number; readonly until: number; readonly reason: string } | undefined

  constructor(maxLagMs: number) {
    this.#maxLagMs = maxLagMs
  }

  limitMs(now: number): number {
    if (this.#override === undefined) return this.#maxLagMs
    if (now < this.#override.until) return this.#override.maxLagMs
    this.#override = undefined
    return this.#maxLagMs
  }

  /** @returns dispose it to end the override early */
  override({ maxLagMs, forMs = DEFAULT_OVERRIDE_MS, reason }: LagOverride, now: number): Disposable {
    const override = { maxLagMs, until: now + forMs, reason }
    this.#override = override
    return {
      [Symbol.dispose]: () => {
        if (this.#override === override) this.#override = undefined
      },
    }
  }

  /** The override in force, with the milliseconds that are left of it; undefined without one. */
  inForce(now: number): { readonly maxLagMs: number; readonly leftMs: number; readonly reason: string } | undefined {
    this.limitMs(now)
    if (this.#override === undefined) return undefined
    const { maxLagMs, until, reason } = this.#override
    return { maxLagMs, leftMs: until - now, reason }
  }
}
