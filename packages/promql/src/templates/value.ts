import { formatFloat } from '../numbers/float-format.ts'
import { Labels } from '../words/labels.ts'

/** What `.` is in a template of an alert. */
export class AlertRoot {
  readonly labels: Labels
  readonly externalLabels: Labels
  readonly externalUrl: string
  readonly value: number

  constructor(labels: Labels, externalLabels: Labels, externalUrl: string, value: number) {
    this.labels = labels
    this.externalLabels = externalLabels
    this.externalUrl = externalUrl
    this.value = value
  }

  /** A field by its name; `undefined` when there is none. */
  get(field: string): TemplateValue {
    switch (field) {
      case 'Labels':
        return this.labels
      case 'ExternalLabels':
        return this.externalLabels
      case 'ExternalURL':
        return this.externalUrl
      case 'Value':
        return this.value
      default:
        return undefined
    }
  }
}

/** What `args` makes: values by name. */
export type TemplateMap = ReadonlyMap<string, TemplateValue>

/**
 * What a template works with: floats, integers (as Go distinguishes them), texts, truth values, label sets, what `args` makes,
 * the alert itself, and nothing.
 */
export type TemplateValue = number | bigint | string | boolean | Labels | TemplateMap | AlertRoot | undefined

/** As Go's `%v` prints it. */
export function show(value: TemplateValue): string {
  if (value === undefined) return '<no value>'
  if (typeof value === 'number') return formatFloat(value)
  if (value instanceof AlertRoot)
    return `{${[value.labels, value.externalLabels, value.externalUrl, value.value].map(show).join(' ')}}`
  if (typeof value === 'object')
    return `map[${entriesOf(value)
      .map(([name, inner]) => `${name}:${show(inner)}`)
      .join(' ')}]`
  return String(value)
}

/** The entries of a map in the order of their names, as Go prints and ranges over them. */
export function entriesOf(map: Labels | TemplateMap): [name: string, value: TemplateValue][] {
  if (map instanceof Labels) return map.entries()
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** What `range` goes over; `undefined` when it cannot. */
export function elementsOf(over: TemplateValue): Iterable<[key: TemplateValue, value: TemplateValue]> | undefined {
  if (over === undefined) return []
  if (typeof over === 'bigint') return countTo(over)
  return typeof over === 'object' && !(over instanceof AlertRoot) ? entriesOf(over) : undefined
}

function* countTo(end: bigint): Generator<[bigint, bigint]> {
  for (let i = 0n; i < end; i++) yield [i, i]
}

const ROOT_TYPE =
  'struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }'

/** What Go calls the type in its messages. */
export function typeOf(value: TemplateValue): string {
  if (value === undefined) return '<nil>'
  if (typeof value === 'number') return 'float64'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  if (value instanceof AlertRoot) return ROOT_TYPE
  return value instanceof Labels ? 'map[string]string' : 'map[string]interface {}'
}

/** Go's truth: not zero, not empty. */
export function isTrue(value: TemplateValue): boolean {
  if (value instanceof AlertRoot) return true
  if (value instanceof Labels) return value.names.length > 0
  if (typeof value === 'object') return value.size > 0
  return typeof value === 'number' ? value !== 0 : Boolean(value)
}

/** As Prometheus's `convertToFloat`. */
export function toNumber(value: TemplateValue): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'string') throw new TypeError(`can't convert ${typeOf(value)} to float`)
  if (/^[+-]?inf(?:inity)?$/i.test(value)) return value.startsWith('-') ? -Infinity : Infinity
  if (/^nan$/i.test(value)) return NaN
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value))
    throw new TypeError(`strconv.ParseFloat: parsing ${JSON.stringify(value)}: invalid syntax`)
  return Number(value)
}

/** A text as Go has it: UTF-8. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
