import type { LabelMatch } from './ast.ts'
import { compileMatchers, exactName, type Matchable, type Matcher } from './matcher.ts'
import type { Series } from './series.ts'

/** The live list of the series one selector means; the store keeps it true as series come and go. */
export class Selection {
  readonly key: string
  /** The metric name when the selector asks for exactly one. */
  readonly name: string | undefined
  readonly #matches: Matcher
  readonly #series: Series[] = []
  /** How far back an expression looks through this selection, offset included. */
  windowMs: number

  constructor(key: string, matches: readonly LabelMatch[], windowMs: number) {
    this.key = key
    this.name = exactName(matches)
    this.#matches = compileMatchers(matches)
    this.windowMs = windowMs
  }

  get series(): readonly Series[] {
    return this.#series
  }

  wants(candidate: Matchable): boolean {
    return this.#matches(candidate)
  }

  add(series: Series): void {
    if (!this.#series.includes(series)) this.#series.push(series)
  }

  /** Drops every evicted series at once, so that thousands leaving together cost one pass. */
  prune(): void {
    let kept = 0
    for (const series of this.#series) {
      if (!series.evicted) this.#series[kept++] = series
    }
    this.#series.length = kept
  }
}
