import { isAlias, isMap, isPair, isScalar, LineCounter, parseAllDocuments, visit } from 'yaml'
import type { Alias, Document } from 'yaml'
import { RuleFileError, type FilePosition, type RulePlace } from '../words/rule-file-error.ts'
import type { YamlMapping, YamlNode } from './yaml-node.ts'

/** Rule files are written by people; the largest known collections are a few hundred kilobytes. */
const MOST_CHARACTERS = 4 * 1024 * 1024
/** Far more than people write; a text of nothing else would take seconds. */
const MOST_ALIASES = 10_000
/** Nodes read through aliases count each time, so that a few of them cannot stand for millions; so many beside the text's own. */
const MOST_REPEATED_NODES = 200_000
/** A node takes at least so many characters of a text. */
const CHARACTERS_OF_NODE = 2
/** Texts read again through aliases, in characters altogether: each may be an expression to parse. */
const MOST_REPEATED = 1024 * 1024
/** Beyond this, further errors say nothing new. */
const MOST_ERRORS = 100

/** One field of a mapping. */
export interface Field {
  readonly key: string
  readonly at: YamlNode | undefined
  readonly value: YamlNode | undefined
}

/** A YAML text with the places of its nodes. Reading collects errors instead of throwing them. */
export class YamlDocument {
  readonly file: string
  /** Whether fields that nobody knows are passed over instead of reported. */
  readonly ignoreUnknownFields: boolean
  readonly errors: RuleFileError[] = []
  /** What Prometheus would only log. */
  readonly warnings: RuleFileError[] = []
  readonly root: YamlNode | undefined
  readonly #lines = new LineCounter()
  readonly #targets = new Map<Alias, YamlNode>()
  readonly #length: number
  #nodes = 0
  #characters = 0
  #exhausted = false

  constructor(text: string, file: string, ignoreUnknownFields = false) {
    this.file = file
    this.ignoreUnknownFields = ignoreUnknownFields
    this.#length = text.length
    const document = this.#parse(text)
    if (document === undefined) return
    this.#resolveAliases(document)
    if (this.errors.length === 0) this.root = document.contents ?? undefined
  }

  /** Reports a problem at a node, or at the start of the file. */
  report(node: YamlNode | undefined, reason: string, place?: RulePlace, cause?: unknown): void {
    this.#add(this.position(node), reason, place, cause)
  }

  position(node: YamlNode | undefined): FilePosition {
    return this.#positionOf(node?.range?.[0] ?? 0)
  }

  /** The node itself, an alias followed. `undefined` for what is absent or `null`, and for everything past the limits. */
  resolve(node: YamlNode | undefined): YamlNode | undefined {
    if (node === undefined || this.#exhausted) return undefined
    const found = isAlias(node) ? this.#targets.get(node) : node
    if (found === undefined || isAlias(found)) return undefined
    this.#nodes += 1
    if (isScalar(found) && typeof found.value === 'string') this.#characters += found.value.length
    const mostNodes = this.#length / CHARACTERS_OF_NODE + MOST_REPEATED_NODES
    const mostCharacters = this.#length + MOST_REPEATED
    if (this.#nodes > mostNodes || this.#characters > mostCharacters) {
      this.errors.length = 0
      const isNodes = this.#nodes > mostNodes
      const most = isNodes ? `${Math.floor(mostNodes)} nodes` : `${mostCharacters} characters`
      this.report(
        node,
        `too much to read when aliases are followed: more than ${most} in a text of ${this.#length} characters: use fewer aliases, or split the file`,
      )
      this.#exhausted = true
      return undefined
    }
    return isScalar(found) && found.value === null ? undefined : found
  }

  /** The fields of a mapping in order, merge keys (`<<`) applied; a key given twice is an error. */
  fields(map: YamlMapping, place?: RulePlace, depth = 0): Field[] {
    const own = new Map<string, Field>()
    const merged = new Map<string, Field>()
    for (const pair of map.items) {
      if (!isPair(pair)) continue
      const at = pair.key as YamlNode
      const value = pair.value ?? undefined
      const name = this.resolve(at)
      if (!isScalar(name)) {
        this.report(at, 'a mapping key must be a text', place)
        continue
      }
      const key = scalarText(name)
      if (key === '<<' && name.type === 'PLAIN') {
        for (const field of this.#merge(at, value, place, depth))
          if (!merged.has(field.key)) merged.set(field.key, field)
        continue
      }
      const first = own.get(key)
      if (first === undefined) own.set(key, { key, at, value })
      else
        this.report(
          at,
          `mapping key ${JSON.stringify(key)} already defined at line ${this.position(first.at).line}`,
          place,
        )
    }
    for (const [key, field] of merged) if (!own.has(key)) own.set(key, field)
    return [...own.values()]
  }

  #merge(at: YamlNode, value: YamlNode | undefined, place: RulePlace | undefined, depth: number): Field[] {
    const source = this.resolve(value)
    // A mapping may merge one that merges another; more than a few levels is a loop.
    if (depth < 8 && isMap(source)) return this.fields(source, place, depth + 1)
    if (depth < 8 && source !== undefined && 'items' in source)
      return (source.items as YamlNode[]).flatMap(item => this.#merge(at, item, place, depth + 1))
    this.report(at, 'map merge requires map or sequence of maps as the value', place)
    return []
  }

  #parse(text: string): Document | undefined {
    const start = { line: 1, column: 1 }
    if (text.length > MOST_CHARACTERS) {
      this.#add(start, `longer than ${MOST_CHARACTERS} characters: split the file`)
      return undefined
    }
    try {
      const documents = parseAllDocuments(text, { lineCounter: this.#lines, uniqueKeys: false, prettyErrors: false })
      if ('empty' in documents) return undefined
      const [document, second] = documents
      for (const error of document?.errors ?? []) this.#add(this.#positionOf(error.pos[0]), `yaml: ${error.message}`)
      if (second !== undefined) {
        const position = this.#positionOf(second.range[0])
        this.warnings.push(new RuleFileError(this.file, position, 'a second document: it is ignored, as in Prometheus'))
      }
      return this.errors.length === 0 ? document : undefined
    } catch (error) {
      // The parser recurses: a text of brackets only ends its stack.
      this.#add(start, `yaml: ${error instanceof RangeError ? 'nested too deeply' : String(error)}`, undefined, error)
      return undefined
    }
  }

  /** What each alias means: the last node of that anchor before it. One pass, because the parser's own way is one pass per alias. */
  #resolveAliases(document: Document): void {
    const anchors = new Map<string, YamlNode>()
    let aliases = 0
    visit(document, {
      Node: (_key, node) => {
        if (!isAlias(node)) {
          if (node.anchor !== undefined) anchors.set(node.anchor, node)
          return
        }
        aliases += 1
        if (aliases > MOST_ALIASES) return
        const target = anchors.get(node.source)
        if (target === undefined) this.report(node, `yaml: unknown anchor ${JSON.stringify(node.source)} referenced`)
        else this.#targets.set(node, target)
      },
    })
    if (aliases <= MOST_ALIASES) return
    this.errors.length = 0
    this.report(undefined, `${aliases} YAML aliases, more than ${MOST_ALIASES}: write the text out, or split the file`)
  }

  #positionOf(offset: number): FilePosition {
    const { line, col } = this.#lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }

  #add(position: FilePosition, reason: string, place?: RulePlace, cause?: unknown): void {
    if (this.errors.length < MOST_ERRORS && !this.#exhausted)
      this.errors.push(new RuleFileError(this.file, position, reason, place, cause))
  }
}

/** The text of a scalar as it was written, so that `severity: 1.0` is the label value `1.0`; empty for `null`. */
export function scalarText(scalar: { value: unknown; source?: string | undefined }): string {
  if (typeof scalar.value === 'string') return scalar.value
  return scalar.value === null ? '' : (scalar.source ?? '')
}
