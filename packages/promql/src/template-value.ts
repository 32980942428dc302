import { formatFloat } from './float-format.ts'
import { Labels } from './labels.ts'

/** What a template works with: floats, integers (as Go tells them apart), texts, truth values and label sets. */
export type TemplateValue = number | bigint | string | boolean | Labels

/** As Go's `%v` prints it. */
export function show(value: TemplateValue): string {
  if (typeof value === 'number') return formatFloat(value)
  if (typeof value === 'object')
    return `map[${value
      .entries()
      .map(([name, text]) => `${name}:${text}`)
      .join(' ')}]`
  return String(value)
}

/** What Go calls the type in its messages. */
export function typeOf(value: TemplateValue): string {
  if (typeof value === 'number') return 'float64'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'string' ? 'string' : 'map[string]string'
}

/** Go's truth: not zero, not empty. */
export function isTrue(value: TemplateValue): boolean {
  if (typeof value === 'object') return value.names.length > 0
  return typeof value === 'number' ? value !== 0 : Boolean(value)
}

/** As Prometheus's `convertToFloat`. */
export function toNumber(value: TemplateValue | undefined): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'string')
    throw new TypeError(`can't convert ${value === undefined ? 'nothing' : typeOf(value)} to float`)
  if (/^[+-]?inf(?:inity)?$/i.test(value)) return value.startsWith('-') ? -Infinity : Infinity
  if (/^nan$/i.test(value)) return NaN
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value))
    throw new TypeError(`strconv.ParseFloat: parsing ${JSON.stringify(value)}: invalid syntax`)
  return Number(value)
}

/** A value that must be a text. */
export function toText(value: TemplateValue | undefined): string {
  if (typeof value === 'string') return value
  throw new TypeError(`wrong type for value; expected string; got ${value === undefined ? 'nothing' : typeOf(value)}`)
}

/** A text as Go has it: UTF-8. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
