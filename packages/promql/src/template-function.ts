import { formatFloat, formatSignificant } from './float-format.ts'

/** What a template works with: numbers and texts. */
export type TemplateValue = number | string

const LARGE = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']
const SMALL = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y']
const BINARY = ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi']

function toNumber(value: TemplateValue | undefined): number {
  if (typeof value === 'number') return value
  const text = (value ?? '').trim()
  if (/^[+-]?inf$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  return text === '' ? NaN : Number(text)
}

/** As `%v` prints it. */
export function show(value: TemplateValue): string {
  return typeof value === 'number' ? formatFloat(value) : value
}

function scaleUp(value: number, base: number, prefixes: readonly string[]): string {
  let scaled = value
  let prefix = ''
  for (const next of prefixes) {
    if (Math.abs(scaled) < base) break
    prefix = next
    scaled /= base
  }
  return formatSignificant(scaled, 4) + prefix
}

function scaleDown(value: number): string {
  let scaled = value
  let prefix = ''
  for (const next of SMALL) {
    if (Math.abs(scaled) >= 1) break
    prefix = next
    scaled *= 1000
  }
  return formatSignificant(scaled, 4) + prefix
}

function plainOrZero(value: number): boolean {
  return value === 0 || !Number.isFinite(value)
}

function humanizeDuration(seconds: number): string {
  if (plainOrZero(seconds)) return seconds === 0 ? '0s' : formatSignificant(seconds, 4)
  if (Math.abs(seconds) < 1) return `${scaleDown(seconds)}s`
  const sign = seconds < 0 ? '-' : ''
  const total = Math.trunc(Math.abs(seconds))
  const s = total % 60
  const m = Math.trunc(total / 60) % 60
  const h = Math.trunc(total / 3600) % 24
  const d = Math.trunc(total / 86_400)
  if (d !== 0) return `${sign}${d}d ${h}h ${m}m ${s}s`
  if (h !== 0) return `${sign}${h}h ${m}m ${s}s`
  if (m !== 0) return `${sign}${m}m ${s}s`
  return `${sign}${formatSignificant(Math.abs(seconds), 4)}s`
}

function printf(format: string, values: readonly TemplateValue[]): string {
  let next = 0
  return format.replaceAll(
    /%(?:%|([-+0]*)(\d*)(?:\.(\d+))?([a-zA-Z]))/g,
    (whole: string, flags?: string, width?: string, precision?: string, verb?: string) => {
      if (whole === '%%') return '%'
      const value = values[next]
      next += 1
      if (value === undefined) return `%!${verb ?? ''}(MISSING)`
      const text = printVerb(verb ?? '', value, precision === undefined ? undefined : Number(precision))
      const signed = (flags ?? '').includes('+') && typeof value === 'number' && value >= 0 ? `+${text}` : text
      const size = Number(width ?? 0)
      return (flags ?? '').includes('-')
        ? signed.padEnd(size)
        : signed.padStart(size, (flags ?? '').includes('0') ? '0' : ' ')
    },
  )
}

function printVerb(verb: string, value: TemplateValue, precision: number | undefined): string {
  if (verb === 'v' || (verb === 's' && typeof value === 'string')) return show(value)
  if (verb === 'q' && typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return formatFloat(value)
    if (verb === 'f' || verb === 'F') return value.toFixed(precision ?? 6)
    if (verb === 'e') return value.toExponential(precision ?? 6).replace(/e([+-])(\d)$/, 'e$10$2')
    if (verb === 'g')
      return precision === undefined ? formatFloat(value) : formatSignificant(value, Math.max(1, precision))
  }
  return `%!${verb}(${typeof value === 'number' ? `float64=${formatFloat(value)}` : `string=${value}`})`
}

/**
 * The template functions, by Prometheus's names.
 * https://prometheus.io/docs/prometheus/latest/configuration/template_reference/
 */
export const TEMPLATE_FUNCTIONS: ReadonlyMap<string, (args: readonly TemplateValue[]) => string> = new Map<
  string,
  (args: readonly TemplateValue[]) => string
>([
  ['humanize', ([value]) => humanize(toNumber(value))],
  ['humanize1024', ([value]) => humanize1024(toNumber(value))],
  ['humanizePercentage', ([value]) => `${formatSignificant(toNumber(value) * 100, 4)}%`],
  ['humanizeDuration', ([value]) => humanizeDuration(toNumber(value))],
  ['printf', ([format, ...values]) => printf(show(format ?? ''), values)],
  ['toUpper', ([value]) => show(value ?? '').toUpperCase()],
  ['toLower', ([value]) => show(value ?? '').toLowerCase()],
  ['title', ([value]) => show(value ?? '').replaceAll(/(?<![\p{L}\p{N}'_])\p{Ll}/gu, letter => letter.toUpperCase())],
])

function humanize(value: number): string {
  if (plainOrZero(value)) return formatSignificant(value, 4)
  return Math.abs(value) >= 1 ? scaleUp(value, 1000, LARGE) : scaleDown(value)
}

function humanize1024(value: number): string {
  return plainOrZero(value) || Math.abs(value) <= 1 ? formatSignificant(value, 4) : scaleUp(value, 1024, BINARY)
}
