import type { Registry, RetainedShare } from '@homeostat/signals'
import { attributes as a, metrics } from '@homeostat/semconv'
import { POSTGRESQL } from './database.ts'
import type { Database } from './database.ts'
import { OTHER, summarize } from './query-summary.ts'
import { RetainedTexts, type TextMemo } from './retained-texts.ts'

/** Texts longer than this are summarised anew each time instead of being kept as keys. */
const MAX_KEY_LENGTH = 10_000

/** Counts slow statements by their summary, with bounded memory and bounded cardinality. */
export class SlowQueries {
  readonly #registry: Registry
  readonly #maxStatements: number
  /** Summaries by raw text. */
  readonly #memo: TextMemo<string>
  readonly #summaries = new Set<string>()
  readonly #texts = new RetainedTexts()

  constructor(registry: Registry, maxStatements: number) {
    this.#registry = registry
    this.#maxStatements = maxStatements
    this.#memo = this.#texts.memo(maxStatements)
  }

  /** What is held of the application's statements. */
  get retained(): RetainedShare {
    return this.#texts.share
  }

  /** Counts one slow statement and gives its summary; past the limit of distinct ones that is `(other)`. */
  count(text: string, database: Database): string {
    const summary = this.#bounded(this.#summaryOf(text))
    this.#registry
      .counter(metrics.dbSlowQueries)
      .with({ [a.dbSystemName]: POSTGRESQL, [a.dbNamespace]: database.namespace, [a.dbQuerySummary]: summary })
      .add()
    return summary
  }

  #summaryOf(text: string): string {
    const known = this.#memo.get(text)
    if (known !== undefined) return known
    const summary = summarize(text)
    if (text.length <= MAX_KEY_LENGTH) this.#memo.add(text, summary)
    return summary
  }

  #bounded(summary: string): string {
    if (this.#summaries.has(summary)) return summary
    if (this.#summaries.size >= this.#maxStatements) return OTHER
    this.#summaries.add(summary)
    return summary
  }
}
