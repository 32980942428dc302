import { SyntaxProblem, UnsupportedFeature } from './errors.ts'
import { parsePipeline, type TemplateData, type TemplatePart } from './template-action.ts'
import { isTrue, show } from './template-value.ts'

export type { TemplateData, TemplateEnvironment } from './template-action.ts'

/** A label or annotation text with `{{ ... }}` parts, parsed once. */
export interface Template {
  /** Whether the text is the same for every alert. */
  readonly fixed: boolean
  expand(data: TemplateData): string
}

/** `{{ if }}`, its alternatives in order; the last may have no condition. */
interface Branches {
  readonly openAt: number
  readonly all: { condition: TemplatePart | undefined; readonly parts: TemplatePart[] }[]
}

const KEYWORD = /\s*(if|else|end|range|with|define|block|template|break|continue)\b/y

/**
 * Parses a text in the part of Go's template language that rules commonly use: `$value`, `$labels.x`, `$externalLabels.x`,
 * pipes, `if`, `else`, `end`, comments, and the functions of `template-function.ts`. Other things are refused by name.
 */
export function parseTemplate(text: string): Template {
  return new TemplateParser(text).parse()
}

class TemplateParser {
  readonly #text: string
  readonly #open: Branches[] = []
  readonly #top: TemplatePart[] = []
  #fixed = true

  constructor(text: string) {
    this.#text = text
  }

  parse(): Template {
    const text = this.#text
    let at = 0
    while (at < text.length) {
      const open = text.indexOf('{{', at)
      if (open === -1) break
      const close = closing(text, open + 2)
      if (close === -1) throw this.#problem('unclosed action', open)
      const trimLeft = /^-\s/.test(text.slice(open + 2, open + 4))
      const trimRight = close - open > 3 && /\s-$/.test(text.slice(close - 2, close))
      this.#pushText(trimLeft ? text.slice(at, open).trimEnd() : text.slice(at, open))
      this.#action(open + (trimLeft ? 3 : 2), trimRight ? close - 1 : close)
      at = close + 2
      if (trimRight) at += text.slice(at).length - text.slice(at).trimStart().length
    }
    this.#pushText(text.slice(at))
    const unclosed = this.#open.at(-1)
    if (unclosed !== undefined) throw this.#problem('unexpected EOF: {{if}} without {{end}}', unclosed.openAt)
    const parts = this.#top
    return { fixed: this.#fixed, expand: data => joined(parts, data) }
  }

  #problem(reason: string, from: number): SyntaxProblem {
    return new SyntaxProblem(`template: ${reason}`, this.#text, { from, to: this.#text.length })
  }

  get #parts(): TemplatePart[] {
    return this.#open.at(-1)?.all.at(-1)?.parts ?? this.#top
  }

  #pushText(text: string): void {
    if (text !== '') this.#parts.push(() => text)
  }

  #action(from: number, to: number): void {
    if (/^\s*\/\*[\s\S]*\*\/\s*$/.test(this.#text.slice(from, to))) return
    this.#fixed = false
    KEYWORD.lastIndex = from
    const keyword = KEYWORD.exec(this.#text)
    if (keyword === null || KEYWORD.lastIndex > to) {
      this.#parts.push(parsePipeline(this.#text, from, to))
      return
    }
    this.#control(keyword[1] ?? '', from, KEYWORD.lastIndex, to)
  }

  #control(keyword: string, from: number, after: number, to: number): void {
    const bare = this.#text.slice(after, to).trim() === ''
    if (keyword === 'if') {
      if (this.#open.length >= 100) throw this.#problem('nested too deeply', from)
      this.#open.push({ openAt: from, all: [{ condition: parsePipeline(this.#text, after, to), parts: [] }] })
      return
    }
    if (keyword !== 'else' && keyword !== 'end')
      throw new UnsupportedFeature(`template action ${keyword}`, this.#text, { from, to })
    const current = this.#open.at(-1)
    if (current === undefined) throw this.#problem(`unexpected {{${keyword}}}`, from)
    if (keyword === 'end') {
      if (!bare) throw this.#problem('unexpected text in end', after)
      this.#open.pop()
      this.#parts.push(data => chosen(current, data))
      return
    }
    if (current.all.at(-1)?.condition === undefined) throw this.#problem('unexpected {{else}}', from)
    const nested = /^\s*if\b/.exec(this.#text.slice(after, to))
    if (!bare && nested === null) throw this.#problem('unexpected text in else', after)
    const condition = nested === null ? undefined : parsePipeline(this.#text, after + nested[0].length, to)
    current.all.push({ condition, parts: [] })
  }
}

function joined(parts: readonly TemplatePart[], data: TemplateData): string {
  let out = ''
  for (const part of parts) out += show(part(data))
  return out
}

function chosen(branches: Branches, data: TemplateData): string {
  const branch = branches.all.find(({ condition }) => condition === undefined || isTrue(condition(data)))
  return branch === undefined ? '' : joined(branch.parts, data)
}

/** Where `}}` is, quoted texts and comments skipped. */
function closing(text: string, from: number): number {
  const scan = /\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\])*"|`[^`]*`|(\}\})/g
  scan.lastIndex = from
  for (let match = scan.exec(text); match !== null; match = scan.exec(text)) {
    if (match[1] !== undefined) return match.index
  }
  return -1
}
