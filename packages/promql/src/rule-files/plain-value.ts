import { isMap, isScalar, isSeq, type Node } from 'yaml'
import type { YamlDocument } from './yaml-document.ts'

/** Deeper than anything that a person writes by hand. */
const DEEPEST = 32

/** A node as JSON has it, aliases and merge keys followed. What cannot be read is `undefined`, and reported. */
export function plainValue(document: YamlDocument, node: Node | undefined, depth = 0): unknown {
  const found = document.resolve(node)
  if (found === undefined) return null
  if (depth > DEEPEST) {
    document.report(node, `nested more than ${DEEPEST} levels deep`)
    return undefined
  }
  if (isScalar(found)) return found.value
  if (isSeq(found)) return (found.items as Node[]).map(item => plainValue(document, item, depth + 1))
  if (!isMap(found)) return undefined
  const entries = document.fields(found).map(({ key, value }) => [key, plainValue(document, value, depth + 1)] as const)
  return Object.fromEntries(entries)
}
