import { isMap, isScalar, isSeq } from 'yaml'
import { parseDuration } from '../numbers/durations.ts'
import type { RulePlace } from '../words/rule-file-error.ts'
import { plainValue } from './plain-value.ts'
import { scalarText, type YamlDocument } from './yaml-document.ts'
import type { YamlNode } from './yaml-node.ts'

/** Go's durations are nanoseconds in 63 bits: some 292 years. */
const LONGEST_MS = 2 ** 63 / 1e6

/** Reads one mapping by its known fields. Every problem is reported where it is, and reading goes on. */
export class MappingReader {
  readonly #document: YamlDocument
  readonly #node: YamlNode | undefined
  readonly #fields = new Map<string, { readonly at: YamlNode | undefined; readonly value: YamlNode | undefined }>()
  /** Set as soon as the rule's name is known, so that errors name it. */
  place: RulePlace | undefined

  constructor(
    document: YamlDocument,
    node: YamlNode | undefined,
    what: string,
    known: readonly string[],
    place?: RulePlace,
  ) {
    this.#document = document
    this.#node = node
    this.place = place
    const map = document.resolve(node)
    if (map === undefined) return
    if (!isMap(map)) {
      document.report(node, `${what} must be a mapping, got ${kindOf(map)}`, place)
      return
    }
    for (const { key, at, value } of document.fields(map, place)) {
      if (known.includes(key)) this.#fields.set(key, { at, value })
      else if (!document.ignoreUnknownFields)
        document.report(at, `field ${JSON.stringify(key)} not found in ${what}; known are ${known.join(', ')}`, place)
    }
  }

  /** Reports a problem of a field: at its value, else at the mapping. */
  report(field: string, reason: string, cause?: unknown): void {
    this.#document.report(this.#fields.get(field)?.value ?? this.#node, reason, this.place, cause)
  }

  has(field: string): boolean {
    return this.#fields.has(field)
  }

  /** The value of a field as it stands in the file. */
  node(field: string): YamlNode | undefined {
    return this.#document.resolve(this.#fields.get(field)?.value)
  }

  /** The value of a field as JSON has it, for a schema to check; `undefined` when it is absent or null. */
  plain(field: string): unknown {
    const node = this.node(field)
    return node === undefined ? undefined : plainValue(this.#document, node)
  }

  /** The text of a field; empty when it is absent or null, `undefined` after an error. */
  text(field: string): string | undefined {
    const node = this.#document.resolve(this.#fields.get(field)?.value)
    if (node === undefined) return ''
    if (isScalar(node)) return scalarText(node)
    this.report(field, `${field} must be a text, got ${kindOf(node)}`)
    return undefined
  }

  /** A duration as it is written; `undefined` when it is absent or wrong. */
  duration(field: string): string | undefined {
    const text = this.text(field)
    if (text === undefined || (text === '' && this.#document.resolve(this.#fields.get(field)?.value) === undefined))
      return undefined
    const ms = parseDuration(text)
    if (ms !== undefined && ms <= LONGEST_MS) return text
    if (ms !== undefined) {
      this.report(field, `${field}: duration out of range: ${JSON.stringify(text)}`)
      return undefined
    }
    this.report(field, `${field}: not a valid duration string: ${JSON.stringify(text)}`)
    return undefined
  }

  /** A number; `undefined` when it is absent or wrong. */
  number(field: string, whole: boolean): number | undefined {
    const node = this.#document.resolve(this.#fields.get(field)?.value)
    if (node === undefined) return undefined
    const value = isScalar(node) ? node.value : undefined
    if (typeof value === 'number' && (!whole || Number.isSafeInteger(value))) return value
    this.report(field, `${field} must be ${whole ? 'a whole number' : 'a number'}`)
    return undefined
  }

  boolean(field: string): boolean {
    const node = this.#document.resolve(this.#fields.get(field)?.value)
    if (node === undefined) return false
    if (isScalar(node) && typeof node.value === 'boolean') return node.value
    this.report(field, `${field} must be true or false`)
    return false
  }

  /** The items of a sequence. */
  items(field: string): YamlNode[] {
    const node = this.#document.resolve(this.#fields.get(field)?.value)
    if (node === undefined) return []
    if (isSeq(node)) return node.items as YamlNode[]
    this.report(field, `${field} must be a sequence, got ${kindOf(node)}`)
    return []
  }

  /** A sequence of texts. */
  textItems(field: string): string[] {
    return this.items(field).flatMap(item => {
      const node = this.#document.resolve(item)
      if (node === undefined) return ['']
      if (isScalar(node)) return [scalarText(node)]
      this.#document.report(item, `${field} must hold texts, got ${kindOf(node)}`, this.place)
      return []
    })
  }

  /** A mapping of texts, without a prototype so that `__proto__` is a key like any other. `check` may refuse an entry. */
  texts(field: string, check: (key: string, value: string) => string | undefined): Record<string, string> {
    const out: Record<string, string> = Object.create(null)
    const node = this.#document.resolve(this.#fields.get(field)?.value)
    if (node === undefined) return out
    if (!isMap(node)) {
      this.report(field, `${field} must be a mapping, got ${kindOf(node)}`)
      return out
    }
    for (const { key, at, value } of this.#document.fields(node, this.place)) {
      const scalar = this.#document.resolve(value)
      const text = scalar === undefined ? '' : isScalar(scalar) ? scalarText(scalar) : undefined
      const problem = text === undefined ? `${field}.${key} must be a text` : check(key, text)
      if (problem !== undefined) this.#document.report(value ?? at, problem, this.place)
      else out[key] = text ?? ''
    }
    return out
  }
}

function kindOf(node: YamlNode): string {
  if (isScalar(node)) return JSON.stringify(scalarText(node).slice(0, 40))
  return isSeq(node) ? 'a sequence' : 'a mapping'
}
