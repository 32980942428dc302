import type { Labels } from '../words/labels.ts'
import type { Steps } from '../words/steps.ts'

/** Alerts checked between two rests; a new one, with its templates, takes some ten microseconds. */
export const ALERTS_OF_STEP = 32

/** Nothing is ever put into it: most rules have no alert, and pay for none. */
const NONE: readonly never[] = []

/**
 * The alerts of one rule, found by their labels and walked in the order in which they began. The list stands beside the map
 * because walking a map makes an object for each entry.
 */
export class AlertEntries<E extends { readonly labels: Labels }> {
  #byKey: Map<string, E> | undefined
  #inOrder: E[] | undefined

  /** Alerts that can be found. */
  get size(): number {
    return this.#byKey?.size ?? 0
  }

  /** In the order in which they began. Deleted ones stay in the list until the next {@link retain}. */
  get all(): readonly E[] {
    return this.#inOrder ?? NONE
  }

  get(key: string): E | undefined {
    return this.#byKey?.get(key)
  }

  add(entry: E): void {
    ;(this.#byKey ??= new Map()).set(entry.labels.key, entry)
    ;(this.#inOrder ??= []).push(entry)
  }

  delete(entry: E): void {
    this.#byKey?.delete(entry.labels.key)
  }

  /** Walks all entries with rests, and drops those from the list for which the answer is false. */
  *retain(stays: (entry: E) => boolean): Steps<void> {
    const entries = this.#inOrder
    if (entries === undefined) return
    let kept = 0
    for (let place = 0; place < entries.length; place++) {
      if (place % ALERTS_OF_STEP === ALERTS_OF_STEP - 1) yield
      const entry = entries[place]!
      if (stays(entry)) entries[kept++] = entry
    }
    if (kept < entries.length) entries.length = kept
  }

  /** Takes all alerts of the same rule as it was loaded before. */
  takeFrom(previous: AlertEntries<E>): void {
    this.#byKey = previous.#byKey
    this.#inOrder = previous.#inOrder
    previous.clear()
  }

  clear(): void {
    this.#byKey = undefined
    this.#inOrder = undefined
  }
}
