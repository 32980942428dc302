import type { Attributes } from '@opentelemetry/api'

/** Smaller numbers name nobody: status codes, shards, versions. */
const NAMING = 1000
const MOST_VALUES = 10_000

/**
 * Replaces the values of attributes by numbers, the same for the same value, so that series stay apart and no
 * content is recorded. A hash could be guessed; the order of appearance cannot.
 */
export class Redaction {
  readonly #kept: ReadonlySet<string>
  readonly #names = new Map<string, string>()

  constructor(keep: readonly string[]) {
    this.#kept = new Set(keep)
  }

  redact(attributes: Attributes): Attributes {
    const entries = Object.entries(attributes).map(([key, value]) => [
      key,
      this.#isKept(key, value) ? value : this.#name(key, value),
    ])
    return Object.fromEntries(entries)
  }

  #isKept(key: string, value: Attributes[string]): boolean {
    if (this.#kept.has(key) || typeof value === 'boolean') return true
    return typeof value === 'number' && Math.abs(value) < NAMING
  }

  #name(key: string, value: Attributes[string]): string {
    const text = JSON.stringify([key, value])
    const known = this.#names.get(text)
    if (known !== undefined) return known
    const name = `redacted ${this.#names.size + 1}`
    if (this.#names.size < MOST_VALUES) this.#names.set(text, name)
    return name
  }
}
