import type { AlertRoot, TemplateValue } from './value.ts'

/** The variables in reach, innermost last. */
export class VariableStack {
  readonly #variables: [name: string, value: TemplateValue][]

  /** Starts with what Prometheus declares for every alert. */
  constructor(root: AlertRoot) {
    this.#variables = [
      ['$', root],
      ['$labels', root.labels],
      ['$externalLabels', root.externalLabels],
      ['$externalURL', root.externalUrl],
      ['$value', root.value],
    ]
  }

  get length(): number {
    return this.#variables.length
  }

  /** Leaves those of an inner block. */
  set length(count: number) {
    this.#variables.length = count
  }

  get(name: string): TemplateValue {
    return this.#variables.findLast(([known]) => known === name)?.[1]
  }

  /** @param assigns whether it is there already */
  set(name: string, value: TemplateValue, assigns: boolean): void {
    const variable = assigns ? this.#variables.findLast(([known]) => known === name) : undefined
    if (variable === undefined) this.#variables.push([name, value])
    else variable[1] = value
  }
}
