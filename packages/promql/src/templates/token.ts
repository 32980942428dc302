import { SyntaxProblem } from '../words/errors.ts'

/** A token of an action `{{ ... }}`. */
export interface TemplateToken {
  readonly kind: 'word' | 'variable' | 'field' | 'dot' | 'number' | 'char' | 'string' | 'mark'
  readonly text: string
  readonly at: number
  /** Whether blanks come before it: `$a .b` are two operands, `$a.b` is one. */
  readonly spaced: boolean
}

/** A text between actions, or an action's tokens. */
export type TemplateChunk =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly at: number; readonly end: number; readonly tokens: readonly TemplateToken[] }

const TOKEN = new RegExp(
  [
    String.raw`(?<string>"(?:\\.|[^"\\\n])*"|` + '`[^`]*`)',
    String.raw`(?<char>'(?:\\.|[^'\\\n])+')`,
    String.raw`(?<variable>\$[\p{L}\p{N}_]*)`,
    String.raw`(?<number>[+-]?(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)[\p{L}\p{N}_]*)`,
    String.raw`(?<field>\.[\p{L}_][\p{L}\p{N}_]*)`,
    String.raw`(?<word>[\p{L}_][\p{L}\p{N}_]*)`,
    String.raw`(?<mark>:=|[|(),=])`,
    String.raw`(?<dot>\.)`,
  ].join('|'),
  'uy',
)
const KINDS = ['string', 'char', 'variable', 'number', 'field', 'word', 'mark', 'dot'] as const

/** Cuts a template into texts and actions; `{{-` and `-}}` take away the blanks beside them, comments are left out. */
export function cutTemplate(text: string): TemplateChunk[] {
  const chunks: TemplateChunk[] = []
  let at = 0
  let trimmed = false
  const addText = (part: string): void => {
    const rest = trimmed ? part.trimStart() : part
    if (rest !== '') chunks.push({ kind: 'text', text: rest })
  }
  for (;;) {
    const open = text.indexOf('{{', at)
    if (open === -1) break
    const trimsLeft = /^-\s/.test(text.slice(open + 2, open + 4))
    addText(trimsLeft ? text.slice(at, open).trimEnd() : text.slice(at, open))
    const from = open + (trimsLeft ? 3 : 2)
    const comment = endOfComment(text, trimsLeft ? from + 1 : from)
    const { tokens, end, trimsRight } = comment ?? cutAction(text, from)
    if (comment === undefined) chunks.push({ kind: 'action', at: from, end, tokens })
    at = end + (trimsRight ? 3 : 2)
    trimmed = trimsRight
  }
  addText(text.slice(at))
  return chunks
}

interface CutAction {
  readonly tokens: readonly TemplateToken[]
  /** Where `}}` or `-}}` is. */
  readonly end: number
  readonly trimsRight: boolean
}

function cutAction(text: string, from: number): CutAction {
  const tokens: TemplateToken[] = []
  let at = from
  for (;;) {
    const space = /\s*/y
    space.lastIndex = at
    const blanks = space.exec(text)?.[0].length ?? 0
    at += blanks
    const trimsRight = blanks > 0 && text.startsWith('-}}', at)
    if (trimsRight || text.startsWith('}}', at)) return { tokens, end: at, trimsRight }
    if (at >= text.length) throw new SyntaxProblem('template: unclosed action', text, { from, to: text.length })
    TOKEN.lastIndex = at
    const match = TOKEN.exec(text)
    const kind = KINDS.find(each => match?.groups?.[each] !== undefined)
    if (match === null || kind === undefined) throw unreadable(text, at)
    tokens.push({ kind, text: match[0], at, spaced: blanks > 0 })
    at += match[0].length
  }
}

function unreadable(text: string, at: number): SyntaxProblem {
  const char = text[at] ?? ''
  const reason =
    char === '"' ? 'unterminated quoted string' : char === '`' ? 'unterminated raw quoted string' : undefined
  const span = { from: at, to: text.length }
  return new SyntaxProblem(`template: ${reason ?? `unexpected ${JSON.stringify(char)} in operand`}`, text, span)
}

function endOfComment(text: string, from: number): CutAction | undefined {
  if (!text.startsWith('/*', from)) return undefined
  const close = text.indexOf('*/', from)
  const span = { from, to: text.length }
  if (close === -1) throw new SyntaxProblem('template: unclosed comment', text, span)
  const [tail, trim] = /^(\s+-)?\}\}/.exec(text.slice(close + 2)) ?? []
  if (tail === undefined) throw new SyntaxProblem('template: comment ends before closing delimiter', text, span)
  const trimsRight = trim !== undefined
  return { tokens: [], end: close + 2 + tail.length - (trimsRight ? 3 : 2), trimsRight }
}

/** A number as Go writes it: whole ones are integers, others floats. */
export function readNumber(text: string): number | bigint | undefined {
  const [, sign = '', digits = ''] = /^([+-]?)(.*)$/.exec(text.replaceAll('_', '')) ?? []
  if (/^(?:\d+\.\d*|\.\d+|\d+(?=e))(?:e[+-]?\d+)?$/i.test(digits)) return Number(sign + digits)
  const octal = /^0([0-7]+)$/.exec(digits)?.[1]
  if (octal === undefined && !/^(?:0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+|0|[1-9]\d*)$/.test(digits)) return undefined
  const whole = BigInt(octal === undefined ? digits : `0o${octal}`)
  return sign === '-' ? -whole : whole
}
