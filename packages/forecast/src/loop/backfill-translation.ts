import { compile, formatDuration, metricsOf, selectorOf, translated } from '@homeostat/promql'
import { serverSpellings } from './backfill-names.ts'
import type { PatientServer } from './patient-server.ts'

/** What is asked for, and over which time. */
export interface BackfillQuestion {
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
  readonly startMs: number
  readonly endMs: number
}

/** Samples are counted in windows of that length: ten minutes without their end, which Prometheus 2 counts as well and 3 does not. */
const CADENCE_WINDOW_MS = 599_999
/** Windows that are examined, at most. */
const CADENCE_POINTS = 200
/** A rate needs two samples; four intervals also stand a lost one. Source: Grafana's `$__rate_interval`. */
const RATE_SAMPLES = 2
const RATE_INTERVALS = 4

/**
 * An expression of ours in the names of a server, as one series: the worst at each time. Nothing when the server has none of
 * its metrics.
 */
export async function translateFor(server: PatientServer, question: BackfillQuestion): Promise<string | undefined> {
  const { ast, type } = compile(question.expr)
  const { all, rates } = metricsOf(ast)
  const names = await namesOf(server, all, question)
  if (all.size > 0 && names.size === 0) return undefined
  const rateRangeMs = new Map<string, number>()
  for (const [metric, rangeMs] of rates) {
    const name = names.get(metric)
    const everyMs = name === undefined ? undefined : await cadenceOf(server, name, question)
    if (everyMs !== undefined && rangeMs < RATE_SAMPLES * everyMs) rateRangeMs.set(metric, RATE_INTERVALS * everyMs)
  }
  const text = translated(ast, { names, labels: question.labels, rateRangeMs })
  return `max(${type === 'scalar' ? `vector(${text})` : text})`
}

/** By the names as written: what the server calls them. The spelling that is most like what is written wins. */
async function namesOf(
  server: PatientServer,
  metrics: ReadonlySet<string>,
  { labels, startMs, endMs }: BackfillQuestion,
): Promise<Map<string, string>> {
  const candidates = [...metrics].map(metric => [metric, serverSpellings(metric)] as const)
  if (candidates.length === 0) return new Map()
  const any = candidates.flatMap(([, names]) => names).join('|')
  const match = selectorOf(any, labels).replace('__name__=', '__name__=~')
  const known = new Set(await server.labelValues({ label: '__name__', match, startMs, endMs }))
  const found = candidates.map(([metric, names]) => [metric, names.find(name => known.has(name))] as const)
  return new Map(found.filter((pair): pair is readonly [string, string] => pair[1] !== undefined))
}

/** The usual time between two samples of a metric. */
async function cadenceOf(
  server: PatientServer,
  name: string,
  { labels, startMs, endMs }: BackfillQuestion,
): Promise<number | undefined> {
  const stepMs = Math.max(CADENCE_WINDOW_MS + 1, Math.ceil((endMs - startMs) / CADENCE_POINTS / 1000) * 1000)
  const query = `max(count_over_time(${selectorOf(name, labels)}[${formatDuration(CADENCE_WINDOW_MS)}]))`
  const [series] = await server.part({ query, startMs, endMs, stepMs })
  const most = Math.max(0, ...(series?.samples ?? []).map(([, count]) => count))
  return most > 0 ? Math.round((CADENCE_WINDOW_MS + 1) / most) : undefined
}
