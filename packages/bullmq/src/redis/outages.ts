import { after, BoundedMap } from '@homeostat/signals'
import type { Faults } from '@homeostat/signals'
import { isPassing, namesText } from './trouble-text.ts'
import type { Unable } from './redis-trouble.ts'

/** Queues that fail within this time share a line. */
const GATHER_MS = 250
/** The same trouble is not reported more often. */
const QUIET_MS = 60_000
/** An application may make a queue per customer. */
const MOST_QUEUES = 10_000

export interface OutagesOptions {
  readonly faults: Faults
  /** Which part of Homeostat fails. */
  readonly component: 'signal' | 'action'
  /** The error of queues with this trouble. */
  readonly errorOf: (queues: string, unable: Unable) => Error
  /** Says what works again, e.g. `the sizes are read again`. */
  readonly recovery: string
  /** A trouble that is over by itself in most cases is reported at so many failures in a row. @default 2 */
  readonly failuresOfPassing?: number
}

/** A queue that does not work now. */
interface Outage {
  readonly queue: string
  readonly sinceMs: number
  unable: Unable
  failures: number
  /** Whether a line has named it, with this trouble. */
  isReported: boolean
  /** Whether a line has named it, with any trouble. */
  wasReported: boolean
}

/**
 * Reports queues whose Redis is in trouble: one line when it begins, for all queues that have it, and one when they work again. Between
 * the two it only counts. A Redis that goes up and down does not fill the log: a trouble is reported once a minute at most.
 */
export class Outages implements Disposable {
  readonly #options: OutagesOptions
  readonly #outages = new BoundedMap<string, Outage>(MOST_QUEUES)
  readonly #recovered = new Map<string, Outage>()
  readonly #reportedAt = new Map<string, number>()
  #timer: Disposable | undefined
  #dueMs = Infinity

  constructor(options: OutagesOptions) {
    this.#options = options
  }

  /**
   * It does not work. To be called at each failure.
   *
   * @param key - stands for the queue; two may have the same name
   * @param isLasting - it is reported at its first failure
   */
  failed(key: string, queue: string, unable: Unable, isLasting = false): void {
    const { faults, component, errorOf } = this.#options
    faults.count(component, errorOf(queue, unable))
    const now = performance.now()
    const outage = this.#outages.get(key) ?? {
      queue,
      sinceMs: now,
      unable,
      failures: 0,
      isReported: false,
      wasReported: false,
    }
    if (outage.unable.trouble !== unable.trouble) Object.assign(outage, { failures: 0, isReported: false })
    outage.unable = unable
    outage.failures += isLasting ? Infinity : 1
    this.#outages.set(key, outage)
    if (this.#recovered.delete(key)) outage.isReported = outage.wasReported = true
    if (this.#isDue(outage))
      this.#plan(Math.max(now + GATHER_MS, (this.#reportedAt.get(unable.trouble) ?? -Infinity) + QUIET_MS))
  }

  /** It works. To be called whenever it does: mostly that is one look-up. */
  works(key: string): void {
    const outage = this.#outages.get(key)
    if (outage === undefined) return
    this.#outages.delete(key)
    if (!outage.wasReported) return
    this.#recovered.set(key, outage)
    this.#plan(performance.now() + GATHER_MS)
  }

  /** It is gone. */
  forget(key: string): void {
    this.#outages.delete(key)
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]()
    this.#dueMs = Infinity
    this.#outages.clear()
    this.#recovered.clear()
  }

  #plan(dueMs: number): void {
    if (dueMs >= this.#dueMs) return
    this.#timer?.[Symbol.dispose]()
    this.#dueMs = dueMs
    this.#timer = after(dueMs - performance.now(), () => this.#write())
  }

  #write(): void {
    this.#dueMs = Infinity
    const now = performance.now()
    const { faults, errorOf, recovery } = this.#options
    const recovered = [...this.#recovered.values()]
    this.#recovered.clear()
    if (recovered.length > 0) {
      const seconds = Math.max(...recovered.map(({ sinceMs }) => now - sinceMs)) / 1000
      const queues = namesText(recovered.map(({ queue }) => queue))
      faults.log('warn', `${recovery}, after ${seconds.toFixed(0)} s: the queue ${queues}`)
    }
    const due = [...this.#outages.values()].filter(outage => this.#isDue(outage))
    for (const [trouble, outages] of Map.groupBy(due, ({ unable }) => unable.trouble)) {
      const quietUntil = (this.#reportedAt.get(trouble) ?? -Infinity) + QUIET_MS
      if (quietUntil > now) {
        this.#plan(quietUntil)
        continue
      }
      this.#reportedAt.set(trouble, now)
      for (const outage of outages) outage.isReported = outage.wasReported = true
      const error = errorOf(namesText(outages.map(({ queue }) => queue)), outages[0]!.unable)
      faults.log('error', error.message)
    }
  }

  #isDue({ isReported, failures, unable }: Outage): boolean {
    const { failuresOfPassing = 2 } = this.#options
    return !isReported && failures >= (isPassing(unable) ? failuresOfPassing : 1)
  }
}
