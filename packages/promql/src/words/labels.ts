/** Label names and values as a plain object. */
export type LabelSet = Readonly<Record<string, string>>

export const METRIC_NAME = '__name__'
export const BUCKET_BOUND = 'le'

/**
 * An immutable label set, sorted by name. Empty values do not exist in Prometheus's data model and are dropped.
 * `key` is equal exactly when the sets are equal, so it serves as a map key.
 */
export class Labels {
  readonly names: readonly string[]
  readonly values: readonly string[]
  readonly key: string
  /**
   * The metric name is to go once the whole expression is evaluated. Until then it is there, so that `label_replace` can
   * still read it: Prometheus's delayed name removal, as its own test engine runs.
   */
  readonly losesName: boolean
  #withoutName: Labels | undefined
  #twin: Labels | undefined

  private constructor(names: readonly string[], values: readonly string[], losesName = false) {
    this.names = names
    this.values = values
    this.losesName = losesName
    let key = ''
    // Lengths make the key unambiguous whatever the values contain.
    names.forEach((name, i) => {
      const value = values[i] ?? ''
      key += `${name.length}:${name}${value.length}:${value}`
    })
    this.key = key
  }

  static from(entries: Iterable<readonly [name: string, value: string]>): Labels {
    const sorted = [...entries].filter(([, value]) => value !== '').toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    return new Labels(
      sorted.map(([name]) => name),
      sorted.map(([, value]) => value),
    )
  }

  /** The value, or the empty string when the label is absent, as matchers see it. */
  get(name: string): string {
    const at = this.names.indexOf(name)
    return at === -1 ? '' : (this.values[at] ?? '')
  }

  /** The same set without the metric name; the result is remembered. */
  get withoutName(): Labels {
    this.#withoutName ??= this.names.includes(METRIC_NAME)
      ? this.#filter(name => name !== METRIC_NAME).keepingName
      : this.keepingName
    return this.#withoutName
  }

  /** The same set, its metric name to be removed when the expression is done; remembered. */
  get losingName(): Labels {
    return this.losesName || !this.names.includes(METRIC_NAME) ? this : this.#other
  }

  /** The same set, its metric name to stay; remembered. */
  get keepingName(): Labels {
    return this.losesName ? this.#other : this
  }

  /** What a result carries: the metric name is gone if it was to go. */
  get settled(): Labels {
    return this.losesName ? this.withoutName : this
  }

  /** Only the given labels. */
  keep(names: readonly string[]): Labels {
    return this.#filter(name => names.includes(name))
  }

  /** All but the given labels. */
  drop(names: readonly string[]): Labels {
    return this.#filter(name => !names.includes(name))
  }

  /** The set with one label changed; an empty value removes it. A metric name that is set so will stay. */
  with(name: string, value: string): Labels {
    const changed = Labels.from([...this.drop([name]).entries(), [name, value]])
    return this.losesName && name !== METRIC_NAME ? changed.losingName : changed
  }

  entries(): [name: string, value: string][] {
    return this.names.map((name, i) => [name, this.values[i] ?? ''])
  }

  /** A fresh object without a prototype, so that a label named `__proto__` is a label like any other. */
  toObject(): Record<string, string> {
    const out: Record<string, string> = Object.create(null)
    for (const [name, value] of this.entries()) out[name] = value
    return out
  }

  /** `{__name__="up", job="api"}`: all labels, as Prometheus's matching errors show them. */
  toString(): string {
    return `{${this.entries()
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join(', ')}}`
  }

  #filter(wanted: (name: string) => boolean): Labels {
    const entries = this.entries()
    const kept = entries.filter(([name]) => wanted(name))
    if (kept.length === entries.length) return this
    const filtered = Labels.from(kept)
    return this.losesName ? filtered.losingName : filtered
  }

  get #other(): Labels {
    if (this.#twin === undefined) {
      this.#twin = new Labels(this.names, this.values, !this.losesName)
      this.#twin.#twin = this
    }
    return this.#twin
  }
}

/** The set without labels: what an ungrouped aggregation yields. */
export const EMPTY_LABELS: Labels = Labels.from([])
