import type { AlertRoot, TemplateValue } from './value.ts'

/** The variables that Prometheus declares for every alert. */
const DECLARED = ['$', '$labels', '$externalLabels', '$externalURL', '$value'] as const

/** The variables in reach, innermost last. */
export class VariableStack {
  readonly #names: string[] = [...DECLARED]
  readonly #values: TemplateValue[]

  constructor(root: AlertRoot) {
    this.#values = [root, root.labels, root.externalLabels, root.externalUrl, root.value]
  }

  get length(): number {
    return this.#names.length
  }

  /** Leaves those of an inner block. */
  set length(count: number) {
    this.#names.length = count
    this.#values.length = count
  }

  get(name: string): TemplateValue {
    return this.#values[this.#names.lastIndexOf(name)]
  }

  /** @param assigns - whether it changes an existing variable, if there is one */
  set(name: string, value: TemplateValue, assigns: boolean): void {
    const known = assigns ? this.#names.lastIndexOf(name) : -1
    const place = known === -1 ? this.#names.push(name) - 1 : known
    this.#values[place] = value
  }
}
