import { parser as grammar } from '@prometheus-io/lezer-promql'
import type { SyntaxNode, Tree } from '@lezer/common'
import { SyntaxProblem } from '../errors.ts'
import { normalizeTrailingDots } from './number.ts'
import { unexpected } from './unexpected.ts'

/** One expression's text and the tree the published grammar makes of it. */
export interface ParsedTree {
  readonly source: string
  readonly root: SyntaxNode
}

/** Longer texts are refused: nobody writes them, and nesting is bounded by length. */
const MAX_SOURCE_CHARS = 65_536
const MAX_DEPTH = 500

/** Runs the lezer grammar and refuses any text it had to repair. */
export function parseTree(source: string): ParsedTree {
  if (source.length > MAX_SOURCE_CHARS) {
    throw new SyntaxProblem(`expression longer than ${MAX_SOURCE_CHARS} characters`, '', { from: 0, to: 0 })
  }
  const { tree, wrongAt } = parsed(normalizeTrailingDots(source))
  let depth = 0
  tree.iterate({
    enter: node => {
      if (node.name === 'StringLiteral' && !isClosed(source.slice(node.from, node.to))) {
        throw new SyntaxProblem('unterminated quoted string', source, node)
      }
      if (node.type.isError) throw unexpected(source, node)
      depth += 1
      if (depth > MAX_DEPTH) throw new SyntaxProblem(`nested deeper than ${MAX_DEPTH} levels`, source, node)
    },
    leave: () => {
      depth -= 1
    },
  })
  if (wrongAt !== undefined) throw unexpected(source, { from: wrongAt, to: source.length })
  const root = tree.topNode.firstChild
  if (root === null) throw new SyntaxProblem('no expression found in input', source, { from: 0, to: 0 })
  return { source, root }
}

const strict = grammar.configure({ strict: true })
/** How much of a wrong text is looked at after the place where it goes wrong. */
const CONTEXT_CHARS = 256

/** Repairing kilobytes of garbage takes seconds, so a text that does not parse is repaired only up to its first error. */
function parsed(text: string): { tree: Tree; wrongAt?: number } {
  try {
    return { tree: strict.parse(text) }
  } catch (error) {
    const place = error instanceof SyntaxError ? /\d+$/.exec(error.message)?.[0] : undefined
    const wrongAt = place === undefined ? text.length : Number(place)
    return { tree: grammar.parse(text.slice(0, wrongAt + CONTEXT_CHARS)), wrongAt }
  }
}

/** The grammar takes `"abc` for a string too; in double and single quotes an escaped quote does not close. */
function isClosed(text: string): boolean {
  if (text.startsWith('`')) return true
  return text.length > 1 && text.endsWith(text[0] ?? '') && !/[^\\](?:\\\\)*\\.$/.test(text)
}

/** The node's children in order. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const out: SyntaxNode[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) out.push(child)
  return out
}
