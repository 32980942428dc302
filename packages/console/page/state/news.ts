import { signal } from '@preact/signals'
import type { NewsItem, NewsKind } from '../../src/wire/news-item.ts'

/** Entries that the page keeps; the oldest are dropped first. */
export const MOST_ITEMS = 10_000

/** The entries of the timeline, the oldest first. */
export class News {
  #items: NewsItem[] = []
  #known = new Set<string>()
  /** Changes with every entry. */
  readonly version = signal(0)

  get items(): readonly NewsItem[] {
    return this.#items
  }

  /** After a reconnection entries come again, together with those that were missed. */
  add(items: readonly NewsItem[]): void {
    const fresh = items.filter(({ id }) => !this.#known.has(id) && this.#known.add(id))
    const [first] = fresh
    if (first === undefined) return
    const isLater = first.entry >= (this.#items.at(-1)?.entry ?? 0)
    this.#items.push(...fresh)
    // A sort keeps the order of what one tick has brought.
    if (!isLater) this.#items.sort((a, b) => a.entry - b.entry)
    if (this.#items.length > MOST_ITEMS) {
      this.#items = this.#items.slice(-MOST_ITEMS)
      this.#known = new Set(this.#items.map(({ id }) => id))
    }
    this.version.value++
  }

  clear(): void {
    this.#items = []
    this.#known.clear()
    this.version.value++
  }

  /** The newest first. */
  of(kinds: ReadonlySet<NewsKind>): readonly NewsItem[] {
    const items = kinds.size === 0 ? this.#items : this.#items.filter(({ kind }) => kinds.has(kind))
    return items.toReversed()
  }
}
