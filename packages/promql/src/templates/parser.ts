import { SyntaxProblem, UnsupportedFeature } from '../words/errors.ts'
import { unquote } from '../syntax/string.ts'
import { isTemplateFunction, UNSUPPORTED_FUNCTIONS } from './function.ts'
import type { BranchNode, Command, Operand, Pipe, TemplateNode } from './node.ts'
import { cutTemplate, readNumber, type TemplateChunk, type TemplateToken } from './token.ts'

/** Go's parser has no limit but its memory; ours is the stack. */
const DEEPEST = 100
const REFUSED = new Set(['define', 'block', 'template'])

/** Parses Go's template language as rules use it; see https://pkg.go.dev/text/template. */
export function parseNodes(text: string): TemplateNode[] {
  return new TemplateParser(text).parse()
}

class TemplateParser {
  readonly #text: string
  readonly #chunks: readonly TemplateChunk[]
  #next = 0
  #tokens: readonly TemplateToken[] = []
  #token = 0
  #end = 0
  #depth = 0
  #ranges = 0
  /** Variables in reach, innermost last; Prometheus declares these four itself. */
  #variables: string[] = ['$', '$labels', '$externalLabels', '$externalURL', '$value']

  constructor(text: string) {
    this.#text = text
    this.#chunks = cutTemplate(text)
  }

  parse(): TemplateNode[] {
    const { nodes, ended } = this.#list()
    if (ended !== undefined) throw this.#problem(`unexpected {{${ended}}}`, this.#tokens[0]?.at)
    return nodes
  }

  #problem(reason: string, at: number = this.#peek()?.at ?? this.#end): SyntaxProblem {
    return new SyntaxProblem(`template: ${reason}`, this.#text, { from: at, to: this.#text.length })
  }

  #unexpected(context: string): SyntaxProblem {
    const token = this.#peek()
    return this.#problem(`unexpected ${token === undefined ? '"}}"' : JSON.stringify(token.text)} in ${context}`)
  }

  #peek(): TemplateToken | undefined {
    return this.#tokens[this.#token]
  }

  #take(text: string): boolean {
    const found = this.#peek()?.kind !== 'string' && this.#peek()?.text === text
    if (found) this.#token += 1
    return found
  }

  #done(context: string): void {
    if (this.#peek() !== undefined) throw this.#unexpected(context)
  }

  /** Nodes up to the `end` or `else` of the list around them, or to the end of the text. */
  #list(): { nodes: TemplateNode[]; ended: 'end' | 'else' | undefined } {
    const nodes: TemplateNode[] = []
    for (let chunk = this.#chunks[this.#next]; chunk !== undefined; chunk = this.#chunks[this.#next]) {
      this.#next += 1
      if (chunk.kind === 'text') {
        nodes.push(chunk)
        continue
      }
      this.#tokens = chunk.tokens
      this.#token = 0
      this.#end = chunk.end
      const word = this.#peek()?.kind === 'word' ? this.#peek()?.text : undefined
      if (word === 'end' || word === 'else') {
        this.#token += 1
        return { nodes, ended: word }
      }
      nodes.push(this.#action(word))
    }
    return { nodes, ended: undefined }
  }

  #action(word: string | undefined): TemplateNode {
    if (word !== undefined && REFUSED.has(word)) {
      const span = { from: this.#peek()?.at ?? 0, to: this.#end }
      throw new UnsupportedFeature(`template action ${word}`, this.#text, span)
    }
    if (word === 'if' || word === 'with' || word === 'range') {
      this.#token += 1
      return this.#branch(word)
    }
    if (word === 'break' || word === 'continue') {
      if (this.#ranges === 0) throw this.#problem(`{{${word}}} outside {{range}}`)
      this.#token += 1
      this.#done(`{{${word}}}`)
      return { kind: word }
    }
    const pipe = this.#pipeline('command')
    this.#done('operand')
    return { kind: 'action', pipe }
  }

  #branch(kind: BranchNode['kind']): BranchNode {
    const at = this.#tokens[0]?.at
    this.#depth += 1
    if (this.#depth > DEEPEST) throw this.#problem('nested too deeply')
    const inReach = this.#variables.length
    if (kind === 'range') this.#ranges += 1
    const pipe = this.#pipeline(kind)
    this.#done(kind)
    const inside = this.#list()
    if (kind === 'range') this.#ranges -= 1
    let otherwise: readonly TemplateNode[] = []
    let { ended } = inside
    if (ended === 'else') {
      const chained = this.#take('if') ? 'if' : kind === 'with' && this.#take('with') ? 'with' : undefined
      if (chained === undefined) {
        this.#done('else')
        const list = this.#list()
        otherwise = list.nodes
        ended = list.ended
        if (ended === 'else') throw this.#problem('expected end; found {{else}}', this.#tokens[0]?.at)
      } else {
        // `else if` and its end stand for an `if` of its own.
        otherwise = [this.#branch(chained)]
        ended = 'end'
      }
    }
    if (ended === undefined) throw this.#problem('unexpected EOF', at)
    this.#done('end')
    this.#variables.length = inReach
    this.#depth -= 1
    return { kind, pipe, list: inside.nodes, otherwise }
  }

  #pipeline(context: string): Pipe {
    const at = this.#peek()?.at ?? this.#end
    const { variables, assigns } = this.#declaration(context)
    const commands: Command[] = []
    do commands.push(this.#command(context, commands.length))
    while (this.#take('|'))
    if (!assigns) this.#variables.push(...variables)
    return { kind: 'pipe', at, variables, assigns, commands }
  }

  /** `$x :=`, `$x =`, or `$i, $x :=` after `range`. */
  #declaration(context: string): { variables: string[]; assigns: boolean } {
    const variables: string[] = []
    const from = this.#token
    while (this.#peek()?.kind === 'variable') {
      variables.push(this.#peek()?.text ?? '')
      this.#token += 1
      if (!this.#take(',')) break
    }
    const assigns = variables.length > 0 && this.#take('=')
    if (!assigns && (variables.length === 0 || !this.#take(':='))) {
      this.#token = from
      return { variables: [], assigns: false }
    }
    const most = context === 'range' ? 2 : 1
    if (variables.length > most) throw this.#problem(`too many declarations in ${context}`)
    for (const name of assigns ? variables : []) this.#checkVariable(name)
    return { variables, assigns }
  }

  #command(context: string, stage: number): Command {
    const at = this.#peek()?.at ?? this.#end
    const args: Operand[] = []
    for (let operand = this.#operand(); operand !== undefined; operand = this.#operand()) args.push(operand)
    const [first] = args
    if (first === undefined) {
      const token = this.#peek()
      if (token !== undefined && token.text !== '|' && token.text !== ')') throw this.#unexpected('operand')
      throw this.#problem(`missing value for ${context}`)
    }
    const fixed = first.kind === 'constant' || first.kind === 'string' || first.kind === 'dot' || first.kind === 'nil'
    if (stage > 0 && fixed) throw this.#problem(`non executable command in pipeline stage ${stage + 1}`, first.at)
    return { kind: 'command', at, args }
  }

  #operand(): Operand | undefined {
    const term = this.#term()
    if (term === undefined) return undefined
    const path: string[] = []
    const at = this.#peek()?.at ?? this.#end
    while (this.#peek()?.kind === 'field' && this.#peek()?.spaced === false) {
      path.push(this.#peek()?.text.slice(1) ?? '')
      this.#token += 1
    }
    if (path.length === 0) return term
    if (term.kind === 'field' || term.kind === 'variable') return { ...term, at, path: [...term.path, ...path] }
    if (term.kind === 'pipe' || term.kind === 'identifier') return { kind: 'chain', at, of: term, path }
    throw this.#problem(`unexpected . after term ${JSON.stringify(this.#text.slice(term.at, at))}`, at)
  }

  #term(): Operand | undefined {
    const token = this.#peek()
    if (token === undefined || (token.kind === 'mark' && token.text !== '(')) return undefined
    this.#token += 1
    const { at, text } = token
    switch (token.kind) {
      case 'string':
        return { kind: 'string', at, text, value: this.#unquoted(token) }
      case 'char':
        return { kind: 'constant', at, text, value: BigInt(this.#unquoted(token).codePointAt(0) ?? 0) }
      case 'number':
        return { kind: 'constant', at, text, value: this.#number(token) }
      case 'variable':
        this.#checkVariable(text, at)
        return { kind: 'variable', at, path: [text] }
      case 'field':
        return { kind: 'field', at, path: [text.slice(1)] }
      case 'dot':
        return { kind: 'dot', at }
      case 'word':
        return this.#word(token)
      case 'mark':
        return this.#parentheses()
    }
  }

  #parentheses(): Pipe {
    this.#depth += 1
    if (this.#depth > DEEPEST) throw this.#problem('nested too deeply')
    const pipe = this.#pipeline('parenthesized pipeline')
    this.#depth -= 1
    if (!this.#take(')'))
      throw this.#peek() === undefined ? this.#problem('unclosed left paren') : this.#unexpected('operand')
    return pipe
  }

  #word({ at, text }: TemplateToken): Operand {
    if (text === 'true' || text === 'false') return { kind: 'constant', at, text, value: text === 'true' }
    if (text === 'nil') return { kind: 'nil', at }
    if (UNSUPPORTED_FUNCTIONS.has(text))
      throw new UnsupportedFeature(`template function ${text}`, this.#text, { from: at, to: at + text.length })
    if (!isTemplateFunction(text)) throw this.#problem(`function ${JSON.stringify(text)} not defined`, at)
    return { kind: 'identifier', at, name: text }
  }

  #checkVariable(name: string, at?: number): void {
    if (!this.#variables.includes(name)) throw this.#problem(`undefined variable ${JSON.stringify(name)}`, at)
  }

  #number({ text, at }: TemplateToken): number | bigint {
    const value = readNumber(text)
    if (value === undefined) throw this.#problem(`bad number syntax: ${JSON.stringify(text)}`, at)
    return value
  }

  #unquoted({ text, at }: TemplateToken): string {
    const value = unquote(text)
    if (value === undefined) throw this.#problem(`invalid syntax in ${text}`, at)
    return value
  }
}
