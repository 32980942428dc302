/** Reads the series of Prometheus's promqltest scripts: `metric{label="x"} 1 2+1x3 _ stale`. */

export type Point = number | 'stale' | 'histogram' | undefined

export interface SeriesLine {
  readonly labels: ReadonlyMap<string, string>
  readonly points: readonly Point[]
}

const UNITS: Record<string, number> = {
  y: 31_536_000_000,
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
}

/** `5m30s`, or seconds without a unit. Written apart from the engine's own duration parser on purpose. */
export function readTime(text: string): number {
  if (/^[+-]?\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000
  if (!/^-?(?:\d+(?:ms|[ywdhms]))+$/.test(text)) throw new Error(`not a time: ${text}`)
  let ms = 0
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[ywdhms])/g)) ms += Number(count) * (UNITS[unit ?? ''] ?? NaN)
  return text.startsWith('-') ? -ms : ms
}

/** A float as Go's `strconv` reads it, or a hexadecimal integer. */
export function readFloat(text: string): number {
  const [, sign = '', digits = ''] = /^([+-]?)(.*)$/.exec(text.toLowerCase()) ?? []
  return (sign === '-' ? -1 : 1) * readMagnitude(digits, text)
}

function readMagnitude(digits: string, text: string): number {
  if (/^inf(?:inity)?$/.test(digits)) return Infinity
  if (digits === 'nan') return NaN
  if (!/^(?:0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/.test(digits)) throw new Error(`not a number: ${text}`)
  return Number(digits)
}

const HISTOGRAM = /\{\{[^}]*\}\}(?:[+-]\{\{[^}]*\}\})?(?:x\d+)?/
const TOKEN = new RegExp(String.raw`${HISTOGRAM.source}|\S+`, 'g')
// No hexadecimal numbers here: `0x10` is ten times 0.
const FLOAT = String.raw`(?:inf|nan|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)`
const ITEM = new RegExp(`^(?:(_)|(stale)|([+-]?${FLOAT})(?:([+-])(${FLOAT}))?)(?:x(\\d+))?$`, 'i')

function readPoints(text: string): Point[] {
  const points: Point[] = []
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith('{{')) {
      if (HISTOGRAM.exec(token)?.[0] !== token) throw new Error(`not a point: ${token}`)
      const times = /x(\d+)$/.exec(token)
      for (let i = 0; i <= Number(times?.[1] ?? 0); i++) points.push('histogram')
      continue
    }
    const [whole, gap, stale, first = '', sign, delta, times] = ITEM.exec(token) ?? []
    if (whole === undefined || (delta !== undefined && times === undefined)) throw new Error(`not a point: ${token}`)
    // `_xN` is N gaps; `axN` is a and N more.
    const count = gap === undefined ? Number(times ?? 0) + 1 : Number(times ?? 1)
    if (gap !== undefined || stale !== undefined) {
      for (let i = 0; i < count; i++) points.push(gap === undefined ? 'stale' : undefined)
      continue
    }
    const step = delta === undefined ? 0 : readFloat(delta) * (sign === '-' ? -1 : 1)
    let value = readFloat(first)
    for (let i = 0; i < count; i++, value += step) points.push(value)
  }
  return points
}

/** A Go string literal: in double, single or back quotes. */
export function readQuoted(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1)
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll(String.raw`\'`, "'")
  return String(JSON.parse(text))
}

const METRIC = /^([A-Za-z_:][\w:]*)?\s*(\{(?!\{)(?:[^"'`}]|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)*\})?(?=\s|$)/
const LABEL =
  /\s*(?:([A-Za-z_][\w]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')\s*=\s*)?("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)\s*(?:,|$)\s*/y

/** A whole line; throws for anything but a series. */
export function readSeries(line: string): SeriesLine {
  const match = METRIC.exec(line)
  if (match === null || match[0] === '') throw new Error(`not a series: ${line}`)
  return { labels: readLabels(match[1], match[2]?.slice(1, -1) ?? ''), points: readPoints(line.slice(match[0].length)) }
}

function readLabels(metric: string | undefined, body: string): Map<string, string> {
  const labels = new Map<string, string>()
  if (metric !== undefined) labels.set('__name__', metric)
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < body.trimEnd().length) {
    const at = LABEL.lastIndex
    const label = LABEL.exec(body)
    if (label === null) throw new Error(`not a label list: ${body.slice(at)}`)
    const name = label[1] === undefined ? '__name__' : /^["']/.test(label[1]) ? readQuoted(label[1]) : label[1]
    labels.set(name, readQuoted(label[2] ?? ''))
  }
  return labels
}
