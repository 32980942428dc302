import { parse } from '../queries/parser.ts'

/** A sample of an input series: a value, a staleness marker, or nothing (`_`). */
export type SeriesPoint = number | 'stale' | undefined

/** An input series that promtool could not read either, or that holds native histograms, which this engine has not. */
export class SeriesNotationError extends Error {
  override readonly name = 'SeriesNotationError'
  readonly code = 'HOMEOSTAT_SERIES_NOTATION'
}

/** More samples than this in one series are a slip, such as `1x99999999`. */
const MOST_POINTS = 1_000_000

const NUMBER = String.raw`(?:inf|nan|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)`
const ITEM = new RegExp(`^(?:(_)|(stale)|([+-]?${NUMBER})(?:([+-])(${NUMBER}))?)(?:x(\\d+))?$`, 'i')

/**
 * Reads series values: `1 2 _ stale`, `1+2x5` (1, then 2 more five times), `1x5` (1, then 1 five times), `_x5` (five gaps).
 * https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series
 *
 * @throws SeriesNotationError for a text that is not one, and for more than a million samples
 */
export function parseSeriesValues(text: string): SeriesPoint[] {
  const points: SeriesPoint[] = []
  const add = (point: SeriesPoint): void => {
    if (points.length >= MOST_POINTS) throw new SeriesNotationError(`more than ${MOST_POINTS} samples in one series`)
    points.push(point)
  }
  for (const item of text.split(/\s+/).filter(Boolean)) {
    if (item.includes('{{')) throw new SeriesNotationError('not supported: native histograms')
    const match = ITEM.exec(item)
    const [, gap, stale, first = '', sign, step, times] = match ?? []
    if (match === null || (step !== undefined && times === undefined))
      throw new SeriesNotationError(`unexpected ${JSON.stringify(item)} in series values`)
    const more = Number(times ?? 0)
    if (gap !== undefined) for (let i = 0; i < (times === undefined ? 1 : more); i++) add(undefined)
    else if (stale !== undefined) for (let i = 0; i <= more; i++) add('stale')
    else {
      const delta = step === undefined ? 0 : numberOf(step) * (sign === '-' ? -1 : 1)
      let value = numberOf(first)
      // Added step by step, as Prometheus does: the rounding of floats must be the same.
      for (let i = 0; i <= more; i++, value += delta) add(value)
    }
  }
  return points
}

function numberOf(text: string): number {
  const lower = text.toLowerCase()
  if (lower.endsWith('inf')) return lower.startsWith('-') ? -Infinity : Infinity
  if (lower.endsWith('nan')) return NaN
  return lower.startsWith('-') ? -Number(lower.slice(1)) : Number(lower.replace('+', ''))
}

/** Reads a series or an expected sample's labels: `up{job="api"}`, `{job="api"}`, `{"metric.name", x="y"}`; an empty text has no labels. */
export function parseMetric(text: string): Map<string, string> {
  if (/^\s*(?:\{\s*\}\s*)?$/.test(text)) return new Map()
  const expr = parse(text)
  if (expr.kind !== 'selector' || expr.offsetMs !== 0 || expr.at !== undefined)
    throw new SeriesNotationError(`unexpected ${JSON.stringify(text)}, expected a series such as up{job="api"}`)
  const labels = new Map<string, string>()
  for (const { label, operator, value } of expr.matches) {
    if (operator !== '=') throw new SeriesNotationError(`unexpected ${JSON.stringify(operator)}, expected "="`)
    labels.set(label, value)
  }
  return labels
}
