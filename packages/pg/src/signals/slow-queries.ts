import type { Registry } from '@homeostat/signals'
import { BoundedMap, RetainedShare } from '@homeostat/signals'
import { attributes as a, metrics } from '@homeostat/semconv'
import { POSTGRESQL } from './database.ts'
import type { Database } from './database.ts'
import { bytesOf, ownString } from './kept-values.ts'
import { OTHER, summarize } from './query-summary.ts'

/** Texts longer than this are summarised anew each time instead of being kept as keys. */
const MAX_KEY_LENGTH = 10_000
/** Beside the text: the summary, of at most 255 characters, and the place in the map. */
const MEMO_BYTES = 640

/** Counts slow statements by their summary, with bounded memory and bounded cardinality. */
export class SlowQueries {
  readonly #registry: Registry
  readonly #maxStatements: number
  /** Summaries by raw text. */
  readonly #memo: BoundedMap<string, string>
  readonly #summaries = new Set<string>()
  readonly #share = new RetainedShare(() => this.#memo.forgetOldest())

  constructor(registry: Registry, maxStatements: number) {
    this.#registry = registry
    this.#maxStatements = maxStatements
    this.#memo = new BoundedMap(maxStatements, text => this.#share.release(MEMO_BYTES + bytesOf(text)))
  }

  /** What is held of the application's statements. */
  get retained(): RetainedShare {
    return this.#share
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
    if (this.#share.take(MEMO_BYTES + bytesOf(text))) this.#memo.set(ownString(text), summary)
    return summary
  }

  #bounded(summary: string): string {
    if (this.#summaries.has(summary)) return summary
    if (this.#summaries.size >= this.#maxStatements) return OTHER
    this.#summaries.add(summary)
    return summary
  }
}
