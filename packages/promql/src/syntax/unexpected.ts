import { SyntaxProblem, UnsupportedFeature, type ExpressionError } from '../words/errors.ts'
import type { Cut, Token } from './token.ts'

/** Experimental functions of Prometheus that the published grammar does not know; they are refused by name all the same. */
const UNKNOWN_TO_GRAMMAR = new Set(['integral', 'max_of', 'min_of', 'timeseries_gen'])

/** The published grammar knows these functions inside of a duration in small letters only, or not at all. */
const DURATION_FUNCTIONS = new Set(['step', 'range', 'min', 'max', 'min_of', 'max_of'])

/**
 * What is wrong with a text that does not parse, worded like Prometheus's parser.
 *
 * @param from where the grammar could not go on
 */
export function unexpected(source: string, { tokens, problem }: Cut, from: number): ExpressionError {
  if (tokens.length === 0 && problem === undefined)
    return new SyntaxProblem('no expression found in input', source, { from: 0, to: 0 })
  const index = tokens.findIndex(token => token.to > from)
  const token = tokens[index]
  const before = tokens.slice(0, index === -1 ? tokens.length : index)
  if (token !== undefined && isDurationFunction(token, tokens[index + 1]) && isInDuration(before))
    return new UnsupportedFeature('duration expression', source, { from: token.from, to: source.length })
  // Prometheus reads tokens as it parses: a character that starts none is what it stumbles over, unless it did before.
  if (problem !== undefined && (token === undefined || problem.from <= token.from))
    return new SyntaxProblem(problem.reason, source, { from: problem.from, to: source.length })
  const last = before.at(-1)
  if (token?.text === '(' && last?.kind === 'word') {
    if (UNKNOWN_TO_GRAMMAR.has(last.text)) return new UnsupportedFeature(`function ${last.text}()`, source, last)
    return new SyntaxProblem(`unknown function with name "${last.text}"`, source, last)
  }
  if (token?.text === ')' && last?.text === ',')
    return new SyntaxProblem('trailing commas not allowed in function call args', source, last)
  const at = token ?? { from: source.length, to: source.length }
  return new SyntaxProblem(`unexpected ${described(token)}${contextOf(before)}`, source, at)
}

function isDurationFunction({ kind, text }: Token, next: Token | undefined): boolean {
  return kind === 'word' && DURATION_FUNCTIONS.has(text.toLowerCase()) && next?.text === '('
}

/** Whether a duration comes next: in brackets, or after `offset` and signs. */
function isInDuration(before: readonly Token[]): boolean {
  const keyword = before.findLast(({ text }) => text !== '(' && text !== '+' && text !== '-')
  return isWord(keyword, 'offset') || openersOf(before).some(({ text }) => text === '[')
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toLowerCase() === word
}

const KEYWORDS = new Set(
  'and or unless atan2 by without on ignoring group_left group_right bool offset anchored smoothed start end step range'.split(
    ' ',
  ),
)
const OPERATOR_WORDS = new Set(['and', 'or', 'unless', 'atan2'])
const AGGREGATORS = new Set(
  'sum avg count min max group stddev stdvar topk bottomk count_values quantile limitk limit_ratio'.split(' '),
)

/** As Go's `Item.desc()` in https://github.com/prometheus/prometheus/blob/v3.5.0/promql/parser/lex.go */
function described(token: Token | undefined): string {
  if (token === undefined) return 'end of input'
  const { kind, text } = token
  const small = text.toLowerCase()
  const quoted = text.length > 10 ? `${JSON.stringify(text.slice(0, 10))}...` : JSON.stringify(text)
  switch (kind) {
    case 'operator':
      return `<op:${text}>`
    case 'mark':
      return quoted
    case 'number':
    case 'string':
      return `${kind} ${quoted}`
    case 'word':
      if (OPERATOR_WORDS.has(small)) return `<op:${text}>`
      if (AGGREGATORS.has(small)) return `<aggr:${text}>`
      if (KEYWORDS.has(small)) return `<${text}>`
      return `${text.includes(':') ? 'metric identifier' : 'identifier'} ${JSON.stringify(text)}`
  }
}

const GROUPING = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right'])
const DURATION = 'number, duration, step(), or range()'

/** Where the parser was, and what it could have taken there; nothing where Prometheus's grammar says nothing. */
function contextOf(before: readonly Token[]): string {
  const last = before.at(-1)
  const word = last?.kind === 'word' ? last.text.toLowerCase() : ''
  const opener = openerOf(before)
  if (opener?.text === '{') return ` in label matching, expected ${expectedInBraces(last)}`
  const beforeOpener = opener === undefined ? undefined : before[before.indexOf(opener) - 1]
  if (opener?.text === '(' && beforeOpener?.kind === 'word' && GROUPING.has(beforeOpener.text.toLowerCase()))
    return ` in grouping opts, expected ${last === opener || last?.text === ',' ? 'label' : '"," or ")"'}`
  if (word === 'by' || word === 'without' || word === 'on' || word === 'ignoring')
    return ' in grouping opts, expected "("'
  if (word === 'offset') return ` in offset, expected ${DURATION}`
  if (last?.text === '@') return ' in @, expected timestamp'
  if (opener?.text === '[')
    return ` in subquery or range selector, expected ${last === opener ? DURATION : last?.text === ':' ? 'number or duration or "]"' : '":" or "]"'}`
  return ''
}

function expectedInBraces(last: Token | undefined): string {
  if (last?.text === '{' || last?.text === ',') return 'identifier or "}"'
  if (last?.kind === 'word') return 'label matching operator'
  return last?.kind === 'string' ? '"," or "}"' : 'string'
}

/** The innermost bracket that is open. */
function openerOf(tokens: readonly Token[]): Token | undefined {
  return openersOf(tokens).at(-1)
}

/** The brackets that are open, the outermost first. */
function openersOf(tokens: readonly Token[]): readonly Token[] {
  const open: Token[] = []
  for (const token of tokens) {
    if (token.kind !== 'mark') continue
    if ('([{'.includes(token.text)) open.push(token)
    else if (')]}'.includes(token.text)) open.pop()
  }
  return open
}
