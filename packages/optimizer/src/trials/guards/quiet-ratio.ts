import type { Guard } from '../../words/response.ts'
import { Pace } from './pace.ts'
import { isListOf, isSavedWindow, lastOf, samplesLeft, type SavedWindow } from './saved-window.ts'
import { samplesOfTrial, type StillToLearn } from './still-to-learn.ts'

/** Length of a block of counts, and blocks kept: 85 minutes. */
const BLOCK_MS = 10_000
const CAPACITY = 512

/** Fewer quiet cases than this do not say what the share is. */
export const ENOUGH_CASES: number = 100

/** Fewer blocks do not show whether bad cases come in bursts. */
const ENOUGH_BLOCKS = 6

/** More cases in a block than any process counts. */
const MOST_CASES = 1e12

/** What is kept of a ratio across restarts. */
export interface SavedRatio extends SavedWindow {
  readonly kind: 'ratio'
  readonly hits: readonly number[]
  readonly trials: readonly number[]
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

  /** How many of the blocks are of this process. */
  #own = 0
  /** Cases in complete blocks of this process; only grows. */
  #cases = 0

  constructor(spec: Guard) {
    this.#down = spec.direction === 'down'
  }

  /** Blocks of this process: only they say what the share is now. Those before them tell how much it varies. */
  get own(): number {
    return this.#own
  }

  /** When the newest sample came. */
  get lastAt(): number {
    return this.#lastAt
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
    this.#own++
    this.#cases += block.trials
    this.#bound()
    this.#block = { hits: 0, trials: 0, ms: 0 }
  }

  /** How much is missing until the share and its bursts are known; undefined when nothing is. */
  get stillToLearn(): StillToLearn | undefined {
    const blocks = samplesOfTrial(ENOUGH_BLOCKS, BLOCK_MS)
    const missing = blocks - this.#trials.length
    if (missing > 0)
      return { known: blocks - missing, of: blocks, what: 'quiet blocks of 10 s', leftMs: missing * BLOCK_MS }
    if (this.#cases >= ENOUGH_CASES) return undefined
    const observedMs = this.#own * BLOCK_MS
    const leftMs = this.#cases > 0 ? (ENOUGH_CASES / this.#cases - 1) * observedMs : undefined
    return { known: this.#cases, of: ENOUGH_CASES, what: 'quiet cases', leftMs }
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

  /** Puts what an earlier process has learned before what this one has. Saved values of another kind change nothing. */
  resume(saved: unknown, now: number): void {
    if (!isSavedRatio(saved)) return
    const count = samplesLeft(CAPACITY, BLOCK_MS, saved.lastAt, now)
    const earlier = this.#hits.length - this.#own
    this.#hits.splice(0, earlier, ...lastOf(saved.hits, count))
    this.#trials.splice(0, earlier, ...lastOf(saved.trials, count))
    this.#bound()
    if (this.#pace.ms === 0) this.#pace = new Pace(saved.tickMs)
  }

  toJSON(): SavedRatio {
    const short = (values: readonly number[]): number[] => values.map(value => +value.toFixed(3))
    const { hits, trials } = { hits: short(this.#hits), trials: short(this.#trials) }
    return { kind: 'ratio', hits, trials, tickMs: this.#pace.ms, lastAt: this.#lastAt }
  }

  #bound(): void {
    const excess = Math.max(0, this.#hits.length - CAPACITY)
    this.#hits.splice(0, excess)
    this.#trials.splice(0, excess)
    this.#own = Math.min(this.#own, CAPACITY)
  }
}

/** Whether a value is what `toJSON()` gives. */
export function isSavedRatio(saved: unknown): saved is SavedRatio {
  const { kind, hits, trials } = Object(saved) as Partial<Record<keyof SavedRatio, unknown>>
  return (
    kind === 'ratio' &&
    isListOf(trials, CAPACITY, 0, MOST_CASES) &&
    isListOf(hits, trials.length, 0, MOST_CASES) &&
    hits.length === trials.length &&
    hits.every((count, index) => count <= trials[index]!) &&
    isSavedWindow(saved)
  )
}
