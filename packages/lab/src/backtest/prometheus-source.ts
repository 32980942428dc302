import { ValueType } from '@opentelemetry/api'
import { compile, rulesOf, type LabelMatch } from '@homeostat/promql'
import { CUMULATIVE, GAUGE_POINT, hrTime, type MetricData } from '@homeostat/signals'
import type { ProgramSource, Snapshot } from '@homeostat/optimizer'
import { expressionsOf } from '@homeostat/optimizer/parts'
import { DEFAULT_STEP_MS } from './otlp-source.ts'
import { labelsKey, PrometheusClient, PrometheusError, type RangeSeries } from '@homeostat/prometheus'
import type { BacktestSource } from './source.ts'

/** Options of a source that reads a Prometheus server. */
export interface PrometheusOptions {
  /** The programs to try: only the series that their rules and responses read are fetched. */
  readonly programs: readonly ProgramSource[]
  /** @default a day before the end */
  readonly startMs?: number
  /** Required: a backtest has no present time to end at. @default none: opening fails without it */
  readonly endMs?: number
  /** Time between ticks, in milliseconds. @default 15000 */
  readonly stepMs?: number
  /** For one request, in milliseconds. @default 30000 */
  readonly timeoutMs?: number
  /** Receives the progress of the download. @default nothing is reported */
  readonly onProgress?: (line: string) => void
}

const DAY_MS = 86_400_000
const LOOKBACK_MS = 300_000

/**
 * Fetches the series that rules read from a Prometheus server. The range API gives the value that each series had at each step
 * and nothing between two steps: choose a step no longer than the scrape interval.
 *
 * @throws {@link PrometheusError}
 */
export async function openPrometheus(address: string, options: PrometheusOptions): Promise<BacktestSource> {
  const { programs, endMs, stepMs = DEFAULT_STEP_MS, timeoutMs, onProgress } = options
  const client = new PrometheusClient(address, timeoutMs === undefined ? {} : { timeoutMs })
  if (endMs === undefined)
    throw new PrometheusError(client.name, 'set endMs: the data of a server has no end of its own')
  const { startMs = endMs - DAY_MS } = options
  const { selectors, windowMs } = readBy(programs)
  // Whole steps, so that the same question gets the same answer.
  const from = Math.floor((startMs - windowMs) / stepMs) * stepMs
  const series: RangeSeries[] = []
  for (const [index, query] of selectors.entries()) {
    onProgress?.(`fetching ${index + 1} of ${selectors.length}: ${query}`)
    series.push(...(await client.range({ query, startMs: from, endMs, stepMs })))
  }
  const bounds = { from, to: endMs, stepMs }
  return {
    name: client.name,
    intervalMs: stepMs,
    ownScopes: [],
    snapshots: () => snapshotsOf(distinct(series), bounds),
  }
}

/** The selectors that programs read, and how far back. Series that their own rules record are not fetched. */
export function readBy(programs: readonly ProgramSource[]): {
  readonly selectors: string[]
  readonly windowMs: number
} {
  const rules = programs.flatMap(program => program.rules.flatMap(rulesOf))
  const recorded = new Set(rules.flatMap(rule => ('record' in rule ? [rule.record] : [])))
  const made = new Set([...recorded, 'ALERTS', 'ALERTS_FOR_STATE'])
  const expressions = [
    ...rules.map(({ expr }) => expr),
    // Guards watch what an action does, and a replay does nothing.
    ...programs
      .flatMap(({ responses }) => responses.flatMap(({ guards: _, ...other }) => expressionsOf(other)))
      .map(([, expr]) => expr),
  ]
  const uses = expressions.flatMap(expr => {
    try {
      return compile(expr).selectors
    } catch {
      // The replay reports it.
      return []
    }
  })
  const wanted = uses.filter(({ matches }) => !matches.some(match => isNameOf(match, made)))
  return {
    selectors: [...new Set(wanted.map(({ matches }) => selectorText(matches)))].toSorted(),
    windowMs: LOOKBACK_MS + Math.max(0, ...uses.map(use => use.windowMs)),
  }
}

function isNameOf({ label, operator, value }: LabelMatch, names: ReadonlySet<string>): boolean {
  return label === '__name__' && operator === '=' && names.has(value)
}

function selectorText(matches: readonly LabelMatch[]): string {
  const name = matches.find(
    ({ label, operator, value }) => label === '__name__' && operator === '=' && PLAIN.test(value),
  )
  const rest = matches.filter(match => match !== name)
  const labels = rest.map(
    ({ label, operator, value }) =>
      `${PLAIN.test(label) ? label : JSON.stringify(label)}${operator}${JSON.stringify(value)}`,
  )
  return `${name?.value ?? ''}${labels.length > 0 || !name ? `{${labels.join(',')}}` : ''}`
}

const PLAIN = /^[A-Za-z_][\w:]*$/

/** Two selectors may have fetched one series. */
function distinct(series: readonly RangeSeries[]): RangeSeries[] {
  return [...new Map(series.map(each => [labelsKey(each.labels), each])).values()]
}

interface Row {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly samples: RangeSeries['samples']
  next: number
}

function* snapshotsOf(
  series: readonly RangeSeries[],
  { from, to, stepMs }: { from: number; to: number; stepMs: number },
): Generator<Snapshot> {
  const rows = series.map(({ labels: { __name__: name = '', ...attributes }, samples }): Row => ({
    name,
    attributes,
    samples,
    next: 0,
  }))
  const byName = new Map<string, Row[]>()
  for (const row of rows) {
    const known = byName.get(row.name)
    if (known) known.push(row)
    else byName.set(row.name, [row])
  }
  for (let at = from; at <= to; at += stepMs) {
    const endTime = hrTime(at)
    const metrics = [...byName].map(([name, named]): MetricData => ({
      // As gauges they are stored under the very names they have there.
      descriptor: { name, unit: '', description: '', valueType: ValueType.DOUBLE },
      aggregationTemporality: CUMULATIVE,
      dataPointType: GAUGE_POINT,
      dataPoints: named.flatMap(row => {
        const value = valueAt(row, at)
        return value === undefined ? [] : [{ startTime: endTime, endTime, attributes: row.attributes, value }]
      }),
    }))
    yield { at, own: [], foreign: [{ at, metrics: { scope: { name: '' }, metrics } }] }
  }
}

function valueAt(row: Row, at: number): number | undefined {
  while ((row.samples[row.next]?.[0] ?? Infinity) < at) row.next++
  const sample = row.samples[row.next]
  return sample?.[0] === at ? sample[1] : undefined
}
