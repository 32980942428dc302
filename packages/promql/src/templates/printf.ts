import { formatFixed, formatFloat, formatSignificant } from '../numbers/float-format.ts'
import { shownByFmt } from './builtin.ts'
import { bytesOf, typeOf, type TemplateValue } from './value.ts'

/** The common verbs of Go's `fmt.Sprintf`: `%v %s %q %d %x %t %f %e %g %E %G` with flags, width and precision. */
export function printf(format: string, values: readonly TemplateValue[]): string {
  let next = 0
  const text = format.replaceAll(
    /%(?:%|([-+0 ]*)(\d*)(?:\.(\d*))?([a-zA-Z])?)/g,
    (whole: string, flags = '', width = '', precision?: string, verb?: string) => {
      if (whole === '%%') return '%'
      if (verb === undefined) return '%!(NOVERB)'
      const value = values[next]
      next += 1
      if (next > values.length) return `%!${verb}(MISSING)`
      const printed = printVerb(verb, value, precision === undefined ? undefined : Number(precision))
      return pad(signed(printed, flags, value), flags, Number(width))
    },
  )
  const extra = values.slice(next).map(value => `${typeOf(value)}=${shownByFmt(value)}`)
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(', ')})`
}

function signed(text: string, flags: string, value: TemplateValue): string {
  const numeric = typeof value === 'number' || typeof value === 'bigint'
  if (!numeric || /^[-+%]/.test(text)) return text
  if (flags.includes('+')) return `+${text}`
  return flags.includes(' ') ? ` ${text}` : text
}

/** Widths beyond a screen are a slip or an attack on memory. */
const WIDEST = 1000

function pad(text: string, flags: string, wanted: number): string {
  const width = Math.min(wanted, WIDEST)
  if (flags.includes('-')) return text.padEnd(width)
  if (!flags.includes('0') || !/^[-+ ]?\d/.test(text)) return text.padStart(width)
  const sign = /^[-+ ]/.exec(text)?.[0] ?? ''
  return sign + text.slice(sign.length).padStart(width - sign.length, '0')
}

function printVerb(verb: string, value: TemplateValue, precision: number | undefined): string {
  if (verb === 'v')
    return typeof value === 'number' && precision !== undefined ? general(value, precision) : shownByFmt(value)
  if (typeof value === 'string') {
    if (verb === 's') return precision === undefined ? value : Array.from(value).slice(0, precision).join('')
    if (verb === 'q') return JSON.stringify(value)
    if (verb === 'x') return Array.from(bytesOf(value), byte => byte.toString(16).padStart(2, '0')).join('')
  }
  if (typeof value === 'object' && verb === 's') return shownByFmt(value)
  if (typeof value === 'boolean' && verb === 't') return String(value)
  if (typeof value === 'bigint' && verb === 'd') return String(value)
  if (typeof value === 'bigint' && verb === 'x') return value.toString(16)
  if (typeof value === 'number') {
    const places = Math.min(precision ?? 6, 100)
    if (/^[feFEgG]$/.test(verb) && !Number.isFinite(value)) return formatFloat(value)
    if (verb === 'f' || verb === 'F') return formatFixed(value, places)
    if (verb === 'E' || verb === 'G') return printVerb(verb.toLowerCase(), value, precision).toUpperCase()
    if (verb === 'e') return value.toExponential(places).replace(/e([+-])(\d)$/, 'e$10$2')
    if (verb === 'g') return precision === undefined ? formatFloat(value) : general(value, precision)
  }
  return value === undefined ? `%!${verb}(<nil>)` : `%!${verb}(${typeOf(value)}=${shownByFmt(value)})`
}

function general(value: number, precision: number): string {
  return formatSignificant(value, Math.min(100, Math.max(1, precision)))
}
