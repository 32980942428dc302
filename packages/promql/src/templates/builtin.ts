import { Labels } from '../words/labels.ts'
import { underscoreLabel } from '../words/names.ts'
import { AlertRoot, bytesOf, show, typeOf, type TemplateValue } from './value.ts'

/** A value as Go's `fmt` prints it; only a template itself says `<no value>`. */
export function shownByFmt(value: TemplateValue): string {
  return value === undefined ? '<nil>' : show(value)
}

/** Go's `Sprint`: a space between two operands when neither is a text. */
export function sprint(values: readonly TemplateValue[]): string {
  return values
    .map((value, i) => {
      const before = values[i - 1]
      const apart = i > 0 && typeof before !== 'string' && typeof value !== 'string'
      return (apart ? ' ' : '') + shownByFmt(value)
    })
    .join('')
}

/** What `html`, `js` and `urlquery` escape. */
export function escapable(values: readonly TemplateValue[]): string {
  return values.includes(undefined) && values.length === 1 ? '<no value>' : sprint(values)
}

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
  '\0': '\ufffd',
}

export function htmlEscape(text: string): string {
  return text.replaceAll(/[&<>"'\0]/g, char => HTML[char] ?? char)
}

const JS: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '"': '\\"' }

export function jsEscape(text: string): string {
  return text.replaceAll(/[\\'"<>&=\p{Cc}]/gu, char => {
    const known = JS[char]
    return known ?? `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
  })
}

/** As Go's `url.QueryEscape`. */
export function queryEscape(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}

/** The page of a Prometheus server that shows an expression. */
export function expressionLink(expr: string, tab: 0 | 1): string {
  return `/graph?g0.expr=${queryEscape(expr)}&g0.tab=${tab}`
}

export function lengthOf(value: TemplateValue): bigint {
  if (typeof value === 'string') return BigInt(bytesOf(value).length)
  if (value instanceof Labels) return BigInt(value.names.length)
  if (typeof value === 'object' && !(value instanceof AlertRoot)) return BigInt(value.size)
  throw new TypeError(value === undefined ? 'len of nil pointer' : `len of type ${typeOf(value)}`)
}

export function indexed(map: TemplateValue, key: TemplateValue): TemplateValue {
  if (map === undefined) throw new TypeError('index of untyped nil')
  if (typeof map === 'string') {
    const at = offset(key, bytesOf(map).length - 1)
    return BigInt(bytesOf(map)[at] ?? 0)
  }
  if (typeof map !== 'object' || map instanceof AlertRoot)
    throw new TypeError(`can't index item of type ${typeOf(map)}`)
  if (typeof key !== 'string') throw new TypeError(`value has type ${typeOf(key)}; should be string`)
  return map instanceof Labels ? map.get(underscoreLabel(key)) : map.get(key)
}

/** `slice "abc" 1 2`: places count bytes, as in Go. */
export function sliced(text: TemplateValue, bounds: readonly TemplateValue[]): string {
  if (text === undefined) throw new TypeError('slice of untyped nil')
  if (bounds.length > 3) throw new TypeError(`too many slice indexes: ${bounds.length}`)
  if (typeof text !== 'string') throw new TypeError(`can't slice item of type ${typeOf(text)}`)
  if (bounds.length === 3) throw new TypeError('cannot 3-index slice a string')
  const bytes = bytesOf(text)
  const [from = 0, to = bytes.length] = bounds.map(bound => offset(bound, bytes.length))
  if (from > to) throw new TypeError(`invalid slice index: ${from} > ${to}`)
  return new TextDecoder().decode(bytes.subarray(from, to))
}

function offset(value: TemplateValue, most: number): number {
  if (typeof value !== 'bigint') throw new TypeError(`cannot index slice/array with type ${typeOf(value)}`)
  if (value < 0n || value > BigInt(most)) throw new TypeError(`index out of range: ${value}`)
  return Number(value)
}
