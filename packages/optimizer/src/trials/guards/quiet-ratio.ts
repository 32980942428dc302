import type { Guard } from '../../words/response.ts'
import { Pace } from './pace.ts'

/** Length of a block of counts, and blocks kept: 85 minutes. */
const BLOCK_MS = 10_000
const CAPACITY = 512

interface SavedRatio {
  readonly kind: 'ratio'
  readonly hits: readonly number[]
  readonly trials: readonly number[]
  readonly tickMs: number
  readonly lastAt: number
}

/** Counts of a ratio. */
export interface Counts {
  readonly hits: number
  readonly trials: number
}

/** The recent quiet counts of a ratio in blocks of 10 s, turned so that a hit is the bad case. */
export class QuietRatio {
  readonly kind = 'ratio'
  readonly #down: boolean
  readonly #hits: number[] = []
  readonly #trials: number[] = []
  #pace = new Pace()
  #lastAt = Number.NEGATIVE_INFINITY
  #block = { hits: 0, trials: 0, ms: 0 }

  constructor(spec: Guard, saved?: unknown) {
    this.#down = spec.direction === 'down'
    if (isSavedRatio(saved)) this.#restore(saved)
  }

  /** Usual time between two samples in ms; 0 until there were two. */
  get tickMs(): number {
    return this.#pace.ms
  }

  observe(now: number, value: number | undefined, denominator?: number): void {
    if (now <= this.#lastAt) return
    const counts = this.count(value, denominator)
    if (counts === undefined) return
    this.#lastAt = now
    const ms = this.#pace.beat(now)
    const block = this.#block
    block.hits += (counts.hits * ms) / 1000
    block.trials += (counts.trials * ms) / 1000
    block.ms += ms
    if (block.ms < BLOCK_MS) return
    this.#hits.push(block.hits)
    this.#trials.push(block.trials)
    if (this.#hits.length > CAPACITY) {
      this.#hits.shift()
      this.#trials.shift()
    }
    this.#block = { hits: 0, trials: 0, ms: 0 }
  }

  /** Bad cases and all cases a second; undefined where either is missing. No case at all is a number: nothing to learn. */
  count(value: number | undefined, denominator: number | undefined): Counts | undefined {
    if (denominator === undefined || !Number.isFinite(denominator) || denominator < 0) return undefined
    if (denominator === 0) return { hits: 0, trials: 0 }
    if (value === undefined || !Number.isFinite(value)) return undefined
    const bad = Math.min(1, Math.max(0, this.#down ? 1 - value : value))
    return { hits: bad * denominator, trials: denominator }
  }

  /** Complete blocks, oldest first. */
  blocks(): Counts[] {
    return this.#hits.map((hits, index) => ({ hits, trials: this.#trials[index]! }))
  }

  /** Cases a second. */
  get rate(): number {
    const total = this.#trials.reduce((sum, trials) => sum + trials, 0)
    return this.#trials.length === 0 ? 0 : (total * 1000) / (this.#trials.length * BLOCK_MS)
  }

  toJSON(): SavedRatio {
    const short = (values: readonly number[]): number[] => values.map(value => +value.toFixed(3))
    const { hits, trials } = { hits: short(this.#hits), trials: short(this.#trials) }
    return { kind: 'ratio', hits, trials, tickMs: this.#pace.ms, lastAt: this.#lastAt }
  }

  #restore(saved: SavedRatio): void {
    this.#hits.push(...saved.hits.slice(-CAPACITY))
    this.#trials.push(...saved.trials.slice(-CAPACITY))
    this.#pace = new Pace(saved.tickMs)
    this.#lastAt = saved.lastAt
  }
}

function isSavedRatio(saved: unknown): saved is SavedRatio {
  if (typeof saved !== 'object' || saved === null) return false
  const { kind, hits, trials, tickMs, lastAt } = saved as Partial<Record<keyof SavedRatio, unknown>>
  return (
    kind === 'ratio' &&
    Array.isArray(hits) &&
    Array.isArray(trials) &&
    hits.length === trials.length &&
    [...hits, ...trials, tickMs, lastAt].every(number => Number.isFinite(number) && (number as number) >= 0)
  )
}
