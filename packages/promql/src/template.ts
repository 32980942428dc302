import { SyntaxProblem, UnsupportedFeature } from './errors.ts'
import type { Labels } from './labels.ts'
import { underscoreLabel } from './names.ts'
import { show, TEMPLATE_FUNCTIONS, type TemplateValue } from './template-function.ts'
import { unquote } from './syntax/string.ts'

/** What a template may refer to. */
export interface TemplateData {
  readonly labels: Labels
  readonly value: number
}

/** A label or annotation text with `{{ ... }}` parts, parsed once. */
export interface Template {
  /** Whether the text is the same for every alert. */
  readonly fixed: boolean
  expand(data: TemplateData): string
}

type Part = (data: TemplateData) => TemplateValue

const TOKEN =
  /\s*(?:(\$value\b|\.Value\b)|(?:\$labels|\.Labels)\.([A-Za-z_]\w*)|(\$labels\b|\.Labels\b)|("(?:\\.|[^"\\])*"|`[^`]*`)|([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)|([A-Za-z_]\w*)|([|()]))/y

/**
 * Parses a text in the part of Go's template language that rules commonly use: `$value`, `$labels.x`,
 * `index $labels "x.y"`, pipes, and the functions of {@link TEMPLATE_FUNCTIONS}. Other things are refused by name.
 */
export function parseTemplate(text: string): Template {
  const parts: Part[] = []
  let fixed = true
  let at = 0
  while (at < text.length) {
    const open = text.indexOf('{{', at)
    if (open === -1) break
    const close = closing(text, open + 2)
    if (close === -1) throw new SyntaxProblem('unclosed action "{{"', text, { from: open, to: text.length })
    const trimLeft = /^-\s/.test(text.slice(open + 2, close))
    const trimRight = /\s-$/.test(text.slice(open + 2, close))
    pushText(parts, trimLeft ? text.slice(at, open).trimEnd() : text.slice(at, open))
    const from = open + (trimLeft ? 3 : 2)
    const to = trimRight ? close - 1 : close
    if (!/^\s*\/\*[\s\S]*\*\/\s*$/.test(text.slice(from, to))) {
      parts.push(new Action(text, from, to).parse())
      fixed = false
    }
    at = close + 2
    if (trimRight) at += text.slice(at).length - text.slice(at).trimStart().length
  }
  pushText(parts, text.slice(at))
  return { fixed, expand: data => parts.map(part => show(part(data))).join('') }
}

function pushText(parts: Part[], text: string): void {
  if (text !== '') parts.push(() => text)
}

/** Where `}}` is, quoted texts skipped. */
function closing(text: string, from: number): number {
  const scan = /"(?:\\.|[^"\\])*"|`[^`]*`|(\}\})/g
  scan.lastIndex = from
  for (let match = scan.exec(text); match !== null; match = scan.exec(text)) {
    if (match[1] !== undefined) return match.index
  }
  return -1
}

/** Parses one `{{ ... }}`. */
class Action {
  readonly #text: string
  readonly #to: number
  #at: number

  constructor(text: string, from: number, to: number) {
    this.#text = text
    this.#at = from
    this.#to = to
  }

  parse(): Part {
    const part = this.#pipeline()
    if (this.#peek() !== undefined) throw this.#problem('unexpected text in action')
    return part
  }

  #problem(reason: string): SyntaxProblem {
    return new SyntaxProblem(
      `template: ${reason}: ${JSON.stringify(this.#text.slice(this.#at, this.#to).trim())}`,
      this.#text,
      { from: this.#at, to: this.#to },
    )
  }

  #peek(): RegExpExecArray | undefined {
    TOKEN.lastIndex = this.#at
    if (this.#text.slice(this.#at, this.#to).trim() === '') return undefined
    const match = TOKEN.exec(this.#text)
    if (match === null || TOKEN.lastIndex > this.#to) throw this.#problem('unexpected text')
    return match
  }

  #pipeline(): Part {
    let part = this.#command(undefined)
    while (this.#peek()?.[7] === '|') {
      this.#take()
      part = this.#command(part)
    }
    return part
  }

  #take(): RegExpExecArray {
    const match = this.#peek()
    if (match === undefined) throw this.#problem('missing value for command')
    this.#at = match.index + match[0].length
    return match
  }

  #command(piped: Part | undefined): Part {
    const name = this.#peek()?.[6]
    if (name === undefined) {
      if (piped !== undefined) throw this.#problem('not a function after "|"')
      return this.#operand()
    }
    const nameAt = this.#at
    this.#take()
    if (name === 'index') return this.#index()
    const run = TEMPLATE_FUNCTIONS.get(name)
    if (run === undefined)
      throw new UnsupportedFeature(`template function ${name}`, this.#text, { from: nameAt, to: this.#at })
    const args: Part[] = []
    while (this.#startsOperand()) args.push(this.#operand())
    if (piped !== undefined) args.push(piped)
    if (args.length === 0) throw this.#problem(`wrong number of args for ${name}: want at least 1, got 0`)
    return data => run(args.map(arg => arg(data)))
  }

  #startsOperand(): boolean {
    const token = this.#peek()
    return token !== undefined && token[7] !== '|' && token[7] !== ')'
  }

  #index(): Part {
    const labels = this.#take()
    const key = this.#take()[4]
    const name = key === undefined ? undefined : unquote(key)
    if (labels[3] === undefined || name === undefined)
      throw this.#problem('index needs $labels and a quoted label name')
    const label = underscoreLabel(name)
    return data => data.labels.get(label)
  }

  #operand(): Part {
    const [, value, label, labels, quoted, number, word, bracket] = this.#take()
    if (value !== undefined) return data => data.value
    if (label !== undefined) return data => data.labels.get(label)
    if (quoted !== undefined) {
      const text = unquote(quoted)
      if (text === undefined) throw this.#problem(`invalid string ${quoted}`)
      return () => text
    }
    if (number !== undefined) return () => Number(number)
    if (bracket === '(') {
      const inner = this.#pipeline()
      if (this.#take()[7] !== ')') throw this.#problem('missing )')
      return inner
    }
    throw this.#problem(`unexpected ${labels ?? word ?? bracket ?? 'text'}`)
  }
}
