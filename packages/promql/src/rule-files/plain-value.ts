import { Document, isMap, isScalar, isSeq, type ScalarTag } from 'yaml'
import type { YamlDocument } from './yaml-document.ts'
import type { YamlNode, YamlScalar } from './yaml-node.ts'

/** Deeper than anything that a person writes by hand. */
const DEEPEST = 32

/** Where a value is: the keys and indices on the way to it. */
export type ValuePath = readonly (string | number)[]

/** What happens on the way through a document. */
export interface PlainReading {
  /** The value of a scalar. Default: as YAML has it. */
  readonly scalar?: (scalar: YamlScalar, path: ValuePath) => unknown
  /** Called for each value, before what is in it. */
  readonly visit?: (node: YamlNode, path: ValuePath) => void
}

/** A node as JSON has it, aliases and merge keys followed. What cannot be read is `undefined`, and reported. */
export function plainValue(
  document: YamlDocument,
  node: YamlNode | undefined,
  reading: PlainReading = {},
  path: ValuePath = [],
): unknown {
  const found = document.resolve(node)
  if (node !== undefined) reading.visit?.(node, path)
  if (found === undefined) return null
  if (path.length > DEEPEST) {
    document.report(node, `nested more than ${DEEPEST} levels deep`)
    return undefined
  }
  if (isScalar(found)) return reading.scalar ? reading.scalar(found, path) : found.value
  if (isSeq(found))
    return (found.items as YamlNode[]).map((item, index) => plainValue(document, item, reading, [...path, index]))
  if (!isMap(found)) return undefined
  const entries = document
    .fields(found)
    .map(({ key, value }) => [key, plainValue(document, value, reading, [...path, key])] as const)
  return Object.fromEntries(entries)
}

let tags: readonly ScalarTag[] | undefined

/** The value that an unquoted text has in YAML 1.2: `5` is a number, `true` a flag, an empty text null. It is never a map or a list. */
export function plainScalar(text: string): unknown {
  tags ??= new Document().schema?.tags.filter((tag): tag is ScalarTag => !tag.collection)
  const trimmed = text.trim()
  const tag = tags?.find(each => each.default === true && each.test?.test(trimmed) === true)
  if (tag?.resolve === undefined) return trimmed
  const value: unknown = tag.resolve(trimmed, () => undefined, {})
  return isScalar(value) ? value.value : value
}
