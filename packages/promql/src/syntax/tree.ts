import { parser as grammar } from '@prometheus-io/lezer-promql'
import type { SyntaxNode, Tree } from '@lezer/common'
import { SyntaxProblem } from '../words/errors.ts'
import { lex, type Cut } from './token.ts'
import { unexpected } from './unexpected.ts'

/** One expression's text and the tree the published grammar makes of it. */
export interface ParsedTree {
  /** The text with blanks in place of its comments: every character stands where it was written. */
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
  const cut = lex(source)
  const { tree, wrongAt } = parsed(forGrammar(source, cut))
  let depth = 0
  tree.iterate({
    enter: node => {
      if (node.type.isError) throw unexpected(source, cut, node.from)
      depth += 1
      if (depth > MAX_DEPTH) throw new SyntaxProblem(`nested deeper than ${MAX_DEPTH} levels`, source, node)
    },
    leave: () => {
      depth -= 1
    },
  })
  const from = wrongAt ?? cut.problem?.from
  if (from !== undefined) throw unexpected(source, cut, from)
  const root = tree.topNode.firstChild
  if (root === null) throw new SyntaxProblem('no expression found in input', source, { from: 0, to: 0 })
  return { source: withoutComments(source, cut), root }
}

/**
 * The text as the published grammar can read it. The grammar loses its way in comments and refuses numbers that Prometheus
 * accepts (`1.`, `0X1f`, `1e1_0`), so comments are blanked and each number is replaced by a plain one of the same length.
 */
function forGrammar(source: string, cut: Cut): string {
  return rewritten(source, cut, ({ kind, text }) => (kind === 'number' ? '1'.repeat(text.length) : text))
}

function withoutComments(source: string, cut: Cut): string {
  return /[#\t\r\n]/.test(source) ? rewritten(source, cut, token => token.text) : source
}

/** The tokens in their places, with blanks between them; what could not be cut stays as it is. */
function rewritten(source: string, { tokens, problem }: Cut, write: (token: Cut['tokens'][number]) => string): string {
  let out = ''
  for (const token of tokens) out += ' '.repeat(token.from - out.length) + write(token)
  const to = problem?.from ?? source.length
  return out + ' '.repeat(to - out.length) + source.slice(to)
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

/** The node's children in order. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const out: SyntaxNode[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) out.push(child)
  return out
}
