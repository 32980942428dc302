import type { LabelMatch } from '../words/ast.ts'
import type { Labels } from '../words/labels.ts'
import { compileMatchers, exactName, type Matchable, type Matcher } from './matcher.ts'
import type { RingMemory } from './ring-memory.ts'
import type { Series } from './series.ts'

/** The live list of the series one selector means; the store keeps it true as series come and go. */
export class Selection {
  readonly key: string
  /** The metric name when the selector asks for exactly one. */
  readonly name: string | undefined
  readonly #matches: Matcher
  readonly #series: Series[] = []
  #labels: readonly Labels[] | undefined
  #rings: readonly number[] | undefined
  #moves = 0
  readonly #windows: number[] = []
  /** How far back the expressions that hold this selection look through it, offset included. */
  windowMs = 0

  constructor(key: string, matches: readonly LabelMatch[]) {
    this.key = key
    this.name = exactName(matches)
    this.#matches = compileMatchers(matches)
  }

  get series(): readonly Series[] {
    return this.#series
  }

  /** The series' labels in their order: a list that never changes, another one when series came or went. */
  get labels(): readonly Labels[] {
    this.#labels ??= this.#series.map(({ labels }) => labels)
    return this.#labels
  }

  /** The series' rings in their order, side by side, so that an evaluation need not look at the series. */
  rings(memory: RingMemory): readonly number[] {
    if (this.#rings === undefined || this.#moves !== memory.moves) {
      this.#rings = this.#series.map(({ ring }) => ring)
      this.#moves = memory.moves
    }
    return this.#rings
  }

  /** One more expression looks so far back. Whether that is further than before. */
  hold(windowMs: number): boolean {
    this.#windows.push(windowMs)
    const further = windowMs > this.windowMs
    if (further) this.windowMs = windowMs
    return further
  }

  /** One expression less. Whether nobody is left. */
  release(windowMs: number): boolean {
    const at = this.#windows.indexOf(windowMs)
    if (at !== -1) this.#windows.splice(at, 1)
    this.windowMs = this.#windows.reduce((longest, each) => Math.max(longest, each), 0)
    return this.#windows.length === 0
  }

  wants(candidate: Matchable): boolean {
    return this.#matches(candidate)
  }

  /** Takes a series it has not yet. */
  add(series: Series): void {
    this.#series.push(series)
    this.#labels = undefined
    this.#rings = undefined
  }

  /** Drops all series: the store no longer keeps this selection true. */
  clear(): void {
    this.#series.length = 0
    this.#labels = undefined
    this.#rings = undefined
  }

  /** Drops every evicted series at once, so that thousands leaving together cost one pass. */
  prune(): void {
    let kept = 0
    for (const series of this.#series) {
      if (!series.evicted) this.#series[kept++] = series
    }
    if (kept === this.#series.length) return
    this.#series.length = kept
    this.#labels = undefined
    this.#rings = undefined
  }
}
