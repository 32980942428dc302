import type { Span } from '../ast.ts'
import { SyntaxProblem, UnsupportedFeature, type ExpressionError } from '../errors.ts'
import { lex, type Token } from './token.ts'

/** Experimental functions of Prometheus that the published grammar does not know; they are refused by name all the same. */
const UNKNOWN_TO_GRAMMAR = new Set(['integral', 'max_of', 'min_of', 'timeseries_gen'])

/** The published grammar knows these functions inside of a duration in small letters only, or not at all. */
const DURATION_FUNCTION = /^(?:step|range|min|max|min_of|max_of)\s*\(/i
const BEFORE_DURATION = /(?:\[[^\]"'`]*|\boffset[\s+(-]*)$/i

/** What is wrong with a text that does not parse, worded like Prometheus's parser. */
export function unexpected(source: string, span: Span): ExpressionError {
  const rest = source.slice(span.from)
  const from = span.from + (rest.length - rest.trimStart().length)
  const { tokens, problem } = lex(source)
  if (tokens.length === 0 && problem === undefined)
    return new SyntaxProblem('no expression found in input', source, { from: 0, to: 0 })
  const before = source.slice(0, from)
  if (DURATION_FUNCTION.test(source.slice(from)) && BEFORE_DURATION.test(before))
    return new UnsupportedFeature('duration expression', source, { from, to: source.length })
  const index = tokens.findIndex(token => token.to > from)
  const token = tokens[index]
  // Prometheus reads tokens as it parses: a character that starts none is what it stumbles over, unless it did before.
  if (problem !== undefined && (token === undefined || problem.from <= token.from))
    return new SyntaxProblem(problem.reason, source, { from: problem.from, to: source.length })
  const call = tokens[index - 1]
  if (token?.text === '(' && call?.kind === 'word') {
    if (UNKNOWN_TO_GRAMMAR.has(call.text)) return new UnsupportedFeature(`function ${call.text}()`, source, call)
    return new SyntaxProblem(`unknown function with name "${call.text}"`, source, call)
  }
  const comma = tokens[index - 1]
  if (token?.text === ')' && comma?.text === ',')
    return new SyntaxProblem('trailing commas not allowed in function call args', source, comma)
  const place = contextOf(tokens.slice(0, index === -1 ? tokens.length : index))
  const at = token ?? { from: source.length, to: source.length }
  return new SyntaxProblem(`unexpected ${described(token)}${place}`, source, at)
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
  const open: Token[] = []
  for (const token of tokens) {
    if (token.kind !== 'mark') continue
    if ('([{'.includes(token.text)) open.push(token)
    else if (')]}'.includes(token.text)) open.pop()
  }
  return open.at(-1)
}
