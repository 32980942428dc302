import { parseDuration } from '../numbers/durations.ts'
import { compileSearch } from '../regexp/pattern.ts'
import {
  escapable,
  expressionLink,
  htmlEscape,
  indexed,
  jsEscape,
  lengthOf,
  queryEscape,
  shownByFmt,
  sliced,
  sprint,
} from './builtin.ts'
import { humanize, humanize1024, humanizeDuration, humanizePercentage, humanizeTimestamp } from './humanize.ts'
import { printf } from './printf.ts'
import { isTrue, show, toNumber, typeOf, type TemplateValue } from './value.ts'

/** What a parameter takes; Go checks texts before the call. */
export type ParameterType = 'string' | 'any'

/** A function of templates. What it throws is shown as `error calling NAME: ...`. */
export interface TemplateFunction {
  readonly parameters: readonly ParameterType[]
  /** Further arguments may follow. */
  readonly rest?: ParameterType
  run(args: readonly TemplateValue[]): TemplateValue
}

function onNumber(run: (value: number) => TemplateValue): TemplateFunction {
  return { parameters: ['any'], run: ([value]) => run(toNumber(value)) }
}

function onTexts(count: number, run: (...texts: string[]) => TemplateValue): TemplateFunction {
  return { parameters: Array.from({ length: count }, () => 'string'), run: args => run(...args.map(show)) }
}

function onAny(least: number, run: TemplateFunction['run'], rest?: ParameterType): TemplateFunction {
  return { parameters: Array.from({ length: least }, () => 'any'), run, ...(rest === undefined ? {} : { rest }) }
}

/** Go compares only values of one kind; `gt $value 80` is an error, `gt $value 80.0` is not. */
function equal(left: TemplateValue, right: TemplateValue): boolean {
  if (typeof left === 'object' || typeof right === 'object') {
    const map = typeof left === 'object' ? left : right
    throw new TypeError(`non-comparable type ${show(map)}: ${typeOf(map)}`)
  }
  if (left === undefined || right === undefined) return left === right
  if (typeof left !== typeof right) throw new TypeError('incompatible types for comparison')
  return left === right
}

function ordering(holds: (order: number) => boolean): TemplateFunction {
  return onAny(2, ([left, right]) => {
    for (const side of [left, right])
      if (side === undefined || typeof side === 'object' || typeof side === 'boolean')
        throw new TypeError('invalid type for comparison')
    if (typeof left !== typeof right) throw new TypeError('incompatible types for comparison')
    if (left === undefined || right === undefined) return false
    return holds(left === right ? 0 : left < right ? -1 : left > right ? 1 : NaN)
  })
}

const LONE_LETTER = /(?<![\p{L}\p{N}'_])\p{Ll}/gu

/**
 * The template functions, by the names of Prometheus and of Go's template language.
 * https://prometheus.io/docs/prometheus/latest/configuration/template_reference/
 */
export const TEMPLATE_FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ['humanize', onNumber(humanize)],
  ['humanize1024', onNumber(humanize1024)],
  ['humanizePercentage', onNumber(humanizePercentage)],
  ['humanizeDuration', onNumber(humanizeDuration)],
  ['humanizeTimestamp', onNumber(humanizeTimestamp)],
  ['toUpper', onTexts(1, text => text.toUpperCase())],
  ['toLower', onTexts(1, text => text.toLowerCase())],
  ['title', onTexts(1, text => text.replaceAll(LONE_LETTER, letter => letter.toUpperCase()))],
  ['stripPort', onTexts(1, text => /^(?:\[([^\]]*)\]|([^:]*)):[^:]*$/.exec(text)?.slice(1).find(Boolean) ?? text)],
  ['stripDomain', onTexts(1, stripDomain)],
  ['parseDuration', onTexts(1, secondsOf)],
  ['match', onTexts(2, (pattern, text) => compileSearch(pattern).test(text))],
  ['reReplaceAll', onTexts(3, (pattern, replacement, text) => compileSearch(pattern).replaceAll(text, replacement))],
  ['graphLink', onTexts(1, expr => expressionLink(expr, 0))],
  ['tableLink', onTexts(1, expr => expressionLink(expr, 1))],
  ['urlQueryEscape', onTexts(1, queryEscape)],
  ['safeHtml', onTexts(1, text => text)],
  ['args', onAny(0, values => new Map(values.map((value, i) => [`arg${i}`, value])), 'any')],
  ['printf', { parameters: ['string'], rest: 'any', run: ([format, ...values]) => printf(show(format), values) }],
  ['print', onAny(0, sprint, 'any')],
  ['println', onAny(0, values => `${values.map(shownByFmt).join(' ')}\n`, 'any')],
  ['html', onAny(0, values => htmlEscape(escapable(values)), 'any')],
  ['js', onAny(0, values => jsEscape(escapable(values)), 'any')],
  ['urlquery', onAny(0, values => queryEscape(escapable(values)), 'any')],
  ['len', onAny(1, ([value]) => lengthOf(value))],
  ['index', onAny(1, ([map, ...keys]) => keys.reduce(indexed, map), 'any')],
  ['slice', onAny(1, ([text, ...bounds]) => sliced(text, bounds), 'any')],
  ['not', onAny(1, ([value]) => !isTrue(value))],
  // These two are evaluated only as far as needed; see the execution.
  ['and', onAny(1, args => args.at(-1), 'any')],
  ['or', onAny(1, args => args.at(-1), 'any')],
  ['eq', onAny(1, ([left, ...others]) => equalToAny(left, others), 'any')],
  ['ne', onAny(2, ([left, right]) => !equal(left, right))],
  ['lt', ordering(order => order < 0)],
  ['le', ordering(order => order <= 0)],
  ['gt', ordering(order => order > 0)],
  ['ge', ordering(order => order >= 0)],
])

/** Functions that need more than their arguments; the execution has them. */
const OF_THE_ALERT = new Set(['now', 'externalURL', 'pathPrefix'])

/** Whether a template may call a function of this name. */
export function isTemplateFunction(name: string): boolean {
  return TEMPLATE_FUNCTIONS.has(name) || OF_THE_ALERT.has(name)
}

/** Functions of Prometheus and Go that this engine does not have. Any other name is simply not defined. */
export const UNSUPPORTED_FUNCTIONS: ReadonlySet<string> = new Set(
  'query first label value strvalue sortByLabel tmpl toTime toDuration call'.split(' '),
)

function equalToAny(left: TemplateValue, others: readonly TemplateValue[]): boolean {
  if (others.length === 0) throw new TypeError('missing argument for comparison')
  return others.some(right => equal(left, right))
}

function stripDomain(text: string): string {
  const [, host = text, port = ''] = /^([^:]*)(:.*)?$/.exec(text) ?? []
  if (/^[\d.]+$/.test(host)) return text
  return (host.split('.')[0] ?? host) + port
}

function secondsOf(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined) throw new TypeError(`not a valid duration string: ${JSON.stringify(text)}`)
  return ms / 1000
}
