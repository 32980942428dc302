import type { Tree } from '../grammar.ts'

// Reads the parse tree of libpg-query: each node is an object with one field, whose name is its kind. What is absent reads as empty.

/** A node and its kind. */
export interface Node {
  readonly kind: string
  readonly fields: Tree
}

const NOTHING: Tree = {}

/** A field that holds a node without its kind. */
export function fieldsOf(value: unknown): Tree {
  return typeof value === 'object' && value !== null ? (value as Tree) : NOTHING
}

export function nodeOf(value: unknown): Node | undefined {
  const tree = fieldsOf(value)
  const kind = Object.keys(tree)[0]
  return kind === undefined ? undefined : { kind, fields: fieldsOf(tree[kind]) }
}

/** The elements of a list with their kinds. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A list of nodes; the items of a `List` node as well. */
export function nodesOf(value: unknown): readonly Node[] {
  if (!Array.isArray(value)) {
    const node = nodeOf(value)
    return node?.kind === 'List' ? nodesOf(node.fields['items']) : []
  }
  return value.flatMap(each => nodeOf(each) ?? [])
}

/** The names of a list of `String` nodes; `*` for a star. */
export function namesOf(value: unknown): readonly string[] {
  return nodesOf(value).map(({ kind, fields }) => (kind === 'A_Star' ? '*' : textOf(fields['sval'])))
}

/** The operator of an expression, without its schema. */
export function operatorOf(fields: Tree): string {
  return namesOf(fields['name']).at(-1) ?? ''
}

/** Calls `visit` with every node below a value; a node for which it returns false is not entered. */
export function walk(value: unknown, visit: (node: Node) => boolean, depth = 0): void {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return
  if (Array.isArray(value)) {
    for (const each of value) walk(each, visit, depth + 1)
    return
  }
  for (const [kind, below] of Object.entries(value)) {
    if (typeof below !== 'object' || below === null) continue
    // Nodes begin with a capital letter, fields do not.
    const isNode = /^[A-Z]/.test(kind) && !Array.isArray(below)
    if (isNode && !visit({ kind, fields: below as Tree })) continue
    walk(below, visit, depth + 1)
  }
}

/** Whether an expression calls a function of these names. Queries within it are not looked into: each is run by itself. */
export function calls(value: unknown, names: RegExp): boolean {
  let isFound = false
  walk(value, ({ kind, fields }) => {
    isFound ||= kind === 'FuncCall' && names.test(namesOf(fields['funcname']).at(-1) ?? '')
    return kind !== 'SubLink'
  })
  return isFound
}

const MAX_DEPTH = 1_000

/** A text or a number of the tree, as text; empty where there is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
