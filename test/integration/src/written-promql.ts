import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { attributes, metrics, promName, promScope, upstreamMetrics } from '@homeostat/semconv'
import { compile, operandsOf } from '@homeostat/promql'
import type { Expression } from '@homeostat/promql'
import { parse } from 'acorn'

type Ast = Expression['ast']
/** A node of the syntax tree of a source. */
interface Node {
  readonly type: string
  readonly [field: string]: unknown
}

const CONVENTIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  attributes,
  metrics,
  upstreamMetrics,
}

/**
 * The aggregations, calls and operations that the literals of a source write in PromQL, each as a text that is equal where the meaning
 * is. Constants of the source and names of `@homeostat/semconv` are put in; what comes from elsewhere (a parameter, an import)
 * is equal to nothing in another source.
 */
export function writtenPromql(file: string): Map<string, string> {
  const tree = parse(stripTypeScriptTypes(readFileSync(file, 'utf8')), { ecmaVersion: 'latest', sourceType: 'module' })
  const source = new Source(file, tree as unknown as Node)
  const found = new Map<string, string>()
  for (const text of source.texts()) {
    const ast = parsed(text)
    if (ast === undefined) continue
    for (const part of partsOf(ast)) found.set(meaningOf(part), text.slice(part.from, part.to))
  }
  return found
}

class Source {
  readonly #file: string
  readonly #tree: Node
  readonly #constants = new Map<string, Node>()
  readonly #open = new Set<Node>()
  #unknown = 0

  constructor(file: string, tree: Node) {
    this.#file = file.replaceAll(/\W/g, '_')
    this.#tree = tree
    for (const node of nodesOf(tree)) {
      const { id, init } = node as Node & { id?: Node; init?: Node | null }
      if (node.type === 'VariableDeclarator' && id?.type === 'Identifier' && init)
        this.#constants.set(id['name'] as string, init)
    }
  }

  /** Every literal, with what it is put together from. */
  texts(): string[] {
    const literals = ['TemplateLiteral', 'Literal', 'CallExpression', 'BinaryExpression']
    return [...nodesOf(this.#tree)].flatMap(node => (literals.includes(node.type) ? (this.#textOf(node) ?? []) : []))
  }

  #textOf(node: Node): string | undefined {
    if (this.#open.has(node)) return undefined
    this.#open.add(node)
    try {
      return this.#resolved(node)
    } finally {
      this.#open.delete(node)
    }
  }

  #resolved(node: Node): string | undefined {
    switch (node.type) {
      case 'Literal':
        return ['string', 'number'].includes(typeof node['value']) ? String(node['value']) : undefined
      case 'Identifier': {
        const constant = this.#constants.get(node['name'] as string)
        return constant && this.#textOf(constant)
      }
      case 'BinaryExpression': {
        const [left, right] = [node['left'], node['right']].map(each => this.#textOf(each as Node))
        return node['operator'] === '+' && left !== undefined && right !== undefined ? left + right : undefined
      }
      case 'TemplateLiteral':
        return this.#template(node)
      case 'CallExpression':
        return this.#called(node)
      default:
        return undefined
    }
  }

  #template(node: Node): string {
    const quasis = node['quasis'] as readonly { readonly value: { readonly cooked: string } }[]
    const expressions = node['expressions'] as readonly Node[]
    let text = ''
    for (const [index, { value }] of quasis.entries()) {
      text += value.cooked
      const expression = expressions[index]
      if (expression) text += this.#textOf(expression) ?? this.#placeholder(text)
    }
    return text
  }

  /** What may stand where nothing is known: a number, a matcher or a metric, which no other source has. */
  #placeholder(before: string): string {
    const name = `unknown_${this.#file}_${this.#unknown++}`
    if (/(?:[<>]=?|[=!]=)\s*$/.test(before)) return '1'
    return /\{[^}]*$/.test(before) ? `${name}="x"` : name
  }

  #called(node: Node): string | undefined {
    const { callee, arguments: given } = node as unknown as { callee: Node; arguments: readonly Node[] }
    if (callee.type === 'Identifier') {
      if (callee['name'] === 'promScope') return promScope(given[0]?.['value'] as Parameters<typeof promScope>[0])
      if (callee['name'] === 'promName') {
        const convention = conventionOf(given[0])
        return convention === undefined ? undefined : promName(convention as Parameters<typeof promName>[0])
      }
    }
    const { object, property } = callee as unknown as { object?: Node; property?: Node }
    if (property?.['name'] === 'replaceAll') return String(conventionOf(object)).replaceAll('.', '_')
    if (property?.['name'] === 'join' && object?.type === 'ArrayExpression') {
      const parts = (object['elements'] as readonly Node[]).map(each => this.#textOf(each))
      return parts.includes(undefined) ? undefined : parts.join(String(given[0]?.['value']))
    }
    return undefined
  }
}

/** The value of e.g. `metrics.cacheRequests`. */
function conventionOf(node: Node | undefined): unknown {
  const { object, property } = (node ?? {}) as { object?: Node; property?: Node }
  return CONVENTIONS[String(object?.['name'])]?.[String(property?.['name'])]
}

function* nodesOf(node: Node): Generator<Node> {
  yield node
  for (const child of Object.values(node).flat())
    if (typeof child === 'object' && child !== null && 'type' in child) yield* nodesOf(child as Node)
}

function parsed(text: string): Ast | undefined {
  try {
    return compile(text, { experimental: true }).ast
  } catch {
    return undefined
  }
}

function partsOf(ast: Ast): Ast[] {
  const own = ['aggregation', 'call', 'binary'].includes(ast.kind) && hasSelector(ast) ? [ast] : []
  return [...own, ...operandsOf(ast).flatMap(partsOf)]
}

function hasSelector(ast: Ast): boolean {
  return ast.kind === 'selector' || operandsOf(ast).some(hasSelector)
}

/** Without places and parentheses. */
function meaningOf(ast: Ast): string {
  const unwrap = (expr: Ast): Ast => (expr.kind === 'paren' ? unwrap(expr.operand) : expr)
  return JSON.stringify(unwrap(ast), (key, value: unknown) => {
    if (key === 'from' || key === 'to') return undefined
    const isParen = typeof value === 'object' && value !== null && (value as Ast).kind === 'paren'
    return isParen ? unwrap(value as Ast) : value
  })
}
