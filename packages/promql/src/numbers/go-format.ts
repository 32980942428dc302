import { formatFloat } from './float-format.ts'

/** A label set as Go prints it: `{a="1", b="2"}`. */
export function goLabels(labels: Readonly<Record<string, string>>): string {
  const entries = sortedEntries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return `{${entries.join(', ')}}`
}

/** A float as Go's `strconv.FormatFloat(value, 'E', -1, 64)`: `1.5E+01`. */
export function goExponential(value: number): string {
  if (!Number.isFinite(value)) return formatFloat(value)
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  const sign = Object.is(value, -0) ? '-' : ''
  return `${sign}${digits}E${exponent.replace(/^([+-])(\d)$/, '$10$2')}`
}

/** A time as Go's `time.Duration` prints it: `1m0s`, `1h0m0s`, `500ms`. */
export function goDuration(ms: number): string {
  if (ms !== 0 && Math.abs(ms) < 1000) return `${ms}ms`
  const seconds = Math.abs(ms) / 1000
  const h = Math.floor(seconds / 3600)
  const m = Math.floor(seconds / 60) % 60
  const s = `${Number((seconds % 60).toFixed(3))}s`
  const sign = ms < 0 ? '-' : ''
  return h > 0 ? `${sign}${h}h${m}m${s}` : m > 0 ? `${sign}${m}m${s}` : sign + s
}

/** Prometheus's order of label sets: name by name, value by value, then the shorter first. */
export function compareLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): number {
  const left = sortedEntries(a)
  const right = sortedEntries(b)
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    for (const part of [0, 1] as const) {
      const x = left[i]?.[part] ?? ''
      const y = right[i]?.[part] ?? ''
      if (x !== y) return x < y ? -1 : 1
    }
  }
  return left.length - right.length
}

function sortedEntries(labels: Readonly<Record<string, string>>): [name: string, value: string][] {
  return Object.entries(labels).toSorted(([a], [b]) => compareText(a, b))
}

/** The order of two texts. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
