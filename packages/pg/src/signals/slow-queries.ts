import type { Registry } from '@homeostat/signals'
import { attributes as a, metrics } from '@homeostat/semconv'
import { POSTGRESQL } from './database.ts'
import type { Database } from './database.ts'
import { OTHER, summarize } from './query-summary.ts'

/** Texts longer than this are summarised anew each time instead of being kept as keys. */
const MAX_KEY_LENGTH = 10_000

/** Counts slow statements by their summary, with bounded memory and bounded cardinality. */
export class SlowQueries {
  readonly #registry: Registry
  readonly #maxStatements: number
  /** Summaries by raw text. */
  readonly #memo = new Map<string, string>()
  readonly #summaries = new Set<string>()

  constructor(registry: Registry, maxStatements: number) {
    this.#registry = registry
    this.#maxStatements = maxStatements
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
    if (text.length > MAX_KEY_LENGTH) return summary
    if (this.#memo.size >= this.#maxStatements) this.#memo.delete(this.#memo.keys().next().value!)
    this.#memo.set(text, summary)
    return summary
  }

  #bounded(summary: string): string {
    if (this.#summaries.has(summary)) return summary
    if (this.#summaries.size >= this.#maxStatements) return OTHER
    this.#summaries.add(summary)
    return summary
  }
}
