import type { LabelMatch } from '../words/ast.ts'
import type { Matchable } from './matcher.ts'
import { Selection } from './selection.ts'

/** All selections of a store, found by what they ask for and by the series they would want. */
export class SelectionIndex {
  readonly #byKey = new Map<string, Selection>()
  /** In sets: thousands of selections of one metric leave together. */
  readonly #byName = new Map<string, Set<Selection>>()
  readonly #nameless = new Set<Selection>()

  get size(): number {
    return this.#byKey.size
  }

  [Symbol.iterator](): Iterator<Selection> {
    return this.#byKey.values()
  }

  /** The selection of these matchers, and whether it is a new one. */
  of(matches: readonly LabelMatch[]): { readonly selection: Selection; readonly made: boolean } {
    const key = JSON.stringify(matches.map(({ label, operator, value }) => [label, operator, value]))
    const known = this.#byKey.get(key)
    if (known !== undefined) return { selection: known, made: false }
    const selection = new Selection(key, matches)
    this.#byKey.set(key, selection)
    this.#neighbours(selection).add(selection)
    return { selection, made: true }
  }

  delete(selection: Selection): void {
    this.#byKey.delete(selection.key)
    const neighbours = this.#neighbours(selection)
    neighbours.delete(selection)
    if (neighbours.size === 0 && selection.name !== undefined) this.#byName.delete(selection.name)
  }

  /** Those that mean a series. */
  wanting(candidate: Matchable): Selection[] {
    const found: Selection[] = []
    for (const name of candidate.spellings) {
      for (const selection of this.#byName.get(name) ?? NONE) if (selection.wants(candidate)) found.push(selection)
    }
    for (const selection of this.#nameless) if (selection.wants(candidate)) found.push(selection)
    return found
  }

  #neighbours(selection: Selection): Set<Selection> {
    if (selection.name === undefined) return this.#nameless
    let named = this.#byName.get(selection.name)
    if (named === undefined) {
      named = new Set()
      this.#byName.set(selection.name, named)
    }
    return named
  }
}

const NONE: ReadonlySet<Selection> = new Set()
