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

  /** After a reconnection entries come again. */
  add(items: readonly NewsItem[]): void {
    const fresh = items.filter(({ id }) => !this.#known.has(id))
    if (fresh.length === 0) return
    for (const { id } of fresh) this.#known.add(id)
    this.#items.push(...fresh)
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
