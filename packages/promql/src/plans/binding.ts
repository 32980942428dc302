import type { LabelMatch } from '../words/ast.ts'
import type { Selection } from '../store/selection.ts'
import type { Store } from '../store/store.ts'

interface Held {
  readonly matches: readonly LabelMatch[]
  readonly selection: Selection
  readonly windowMs: number
}

/** What one expression holds of a store: the selections it asked for, to be given back together. */
export class Binding implements Disposable {
  readonly store: Store
  /** The expression's text, for the places in messages. */
  readonly source: string
  // A list: few expressions have more than two selectors, and there are tens of thousands of expressions.
  readonly #held: Held[] = []

  constructor(store: Store, source: string) {
    this.store = store
    this.source = source
  }

  /** The series the matchers mean, kept for `windowMs` back from now on. */
  want(matches: readonly LabelMatch[], windowMs: number): Selection {
    const selection = this.store.want(matches, windowMs)
    this.#held.push({ matches, selection, windowMs })
    return selection
  }

  /** The selection of a selector of the expression. */
  selectionOf(matches: readonly LabelMatch[]): Selection | undefined {
    return this.#held.find(held => held.matches === matches)?.selection
  }

  [Symbol.dispose](): void {
    for (const { selection, windowMs } of this.#held.splice(0)) this.store.release(selection, windowMs)
  }
}
