import { parseDuration } from './durations.ts'
import { humanize, humanize1024, humanizeDuration, humanizePercentage, humanizeTimestamp } from './template-humanize.ts'
import { printf } from './template-printf.ts'
import { bytesOf, isTrue, show, toNumber, toText, type TemplateValue } from './template-value.ts'

export interface TemplateFunction {
  readonly least: number
  readonly most: number
  run(args: readonly TemplateValue[]): TemplateValue
}

function fixed(count: number, run: TemplateFunction['run']): TemplateFunction {
  return { least: count, most: count, run }
}

const onNumber = (run: (value: number) => TemplateValue): TemplateFunction =>
  fixed(1, ([value]) => run(toNumber(value)))
const onText = (run: (text: string) => TemplateValue): TemplateFunction => fixed(1, ([value]) => run(toText(value)))

/** Go compares only values of one kind; `gt $value 80` is an error, `gt $value 80.0` is not. */
function compare(left: TemplateValue | undefined, right: TemplateValue | undefined): number {
  if (typeof left !== typeof right || left === undefined || right === undefined)
    throw new TypeError('incompatible types for comparison')
  if (typeof left === 'object') throw new TypeError('non-comparable type')
  if (left === right) return 0
  return left < right ? -1 : left > right ? 1 : NaN
}

function ordering(holds: (order: number) => boolean): TemplateFunction {
  return fixed(2, ([left, right]) => {
    if (typeof left === 'boolean') throw new TypeError('invalid type for comparison')
    return holds(compare(left, right))
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
  ['printf', { least: 1, most: Infinity, run: ([format, ...values]) => printf(toText(format), values) }],
  ['print', { least: 0, most: Infinity, run: printed }],
  ['toUpper', onText(text => text.toUpperCase())],
  ['toLower', onText(text => text.toLowerCase())],
  ['title', onText(text => text.replaceAll(LONE_LETTER, letter => letter.toUpperCase()))],
  ['stripPort', onText(text => /^(?:\[([^\]]*)\]|([^:]*)):[^:]*$/.exec(text)?.slice(1).find(Boolean) ?? text)],
  ['stripDomain', onText(stripDomain)],
  ['parseDuration', onText(secondsOf)],
  [
    'len',
    fixed(1, ([value]) => BigInt(typeof value === 'object' ? value.names.length : bytesOf(toText(value)).length)),
  ],
  ['not', fixed(1, ([value]) => !isTrue(value ?? false))],
  ['and', { least: 1, most: Infinity, run: args => args.find(value => !isTrue(value)) ?? args.at(-1) ?? false }],
  ['or', { least: 1, most: Infinity, run: args => args.find(isTrue) ?? args.at(-1) ?? false }],
  ['eq', { least: 2, most: Infinity, run: ([left, ...others]) => others.some(right => compare(left, right) === 0) }],
  ['ne', fixed(2, ([left, right]) => compare(left, right) !== 0)],
  ['lt', ordering(order => order < 0)],
  ['le', ordering(order => order <= 0)],
  ['gt', ordering(order => order > 0)],
  ['ge', ordering(order => order >= 0)],
])

/** Functions of Prometheus and Go that this engine does not have. Any other name is simply not defined. */
export const UNSUPPORTED_FUNCTIONS: ReadonlySet<string> = new Set(
  (
    'query first label value strvalue args reReplaceAll safeHtml match graphLink tableLink sortByLabel tmpl toTime ' +
    'toDuration now urlQueryEscape html js urlquery println slice call'
  ).split(' '),
)

/** Go's `Sprint`: a space between two operands when neither is a text. */
function printed(values: readonly TemplateValue[]): string {
  return values
    .map((value, i) => {
      const before = values[i - 1]
      const apart = before !== undefined && typeof before !== 'string' && typeof value !== 'string'
      return (apart ? ' ' : '') + show(value)
    })
    .join('')
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
