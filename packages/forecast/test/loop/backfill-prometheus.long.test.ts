import { attributes, metrics, promName, type MetricDefinition } from '@homeostat/semconv'
import { compile, spellings, translated } from '@homeostat/promql'
import { startPrometheus, type Prometheus } from '@homeostat/services'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MINUTE, START } from '../machine.ts'
import { backfilled, Bench } from './backfill-fixture.ts'

const HOUR = 60 * MINUTE
const HOURS = 4
const NOW = START + HOURS * HOUR
const POOL = promName(attributes.dbPoolName)

/** Away in the second hour. */
const isThere = (ms: number): boolean => ms < HOUR || ms >= 2 * HOUR
const cpuAt = (ms: number): number => (Math.floor(ms / HOUR) + 1) / 10

/** How the ways from an SDK to a server name metrics: whether with the unit, whether counters end in `_total`. */
interface Way {
  readonly job: string
  readonly everyMs: number
  name(metric: MetricDefinition, part?: 'bucket' | 'count'): string
}
const named = ({ name, unit, kind }: MetricDefinition, part?: 'bucket' | 'count'): readonly string[] =>
  spellings({ name, unit, kind: kind === 'upDownCounter' ? 'gauge' : kind, part })
const bare = ({ name }: MetricDefinition, part?: 'bucket' | 'count'): string =>
  [name.replaceAll('.', '_'), part].filter(Boolean).join('_')

const ways: readonly Way[] = [
  // The Prometheus exporter, scraped: what a series is called in full.
  { job: 'scraped', everyMs: 15_000, name: (metric, part) => named(metric, part)[0]! },
  // OTLP at an SDK's usual pace, with suffixes.
  { job: 'pushed', everyMs: MINUTE, name: (metric, part) => named(metric, part)[0]! },
  // The collector's `add_metric_suffixes: false`, or Prometheus's UnderscoreEscapingWithoutSuffixes.
  { job: 'bare', everyMs: MINUTE, name: bare },
  // The exporter's `withoutUnits`-like options: `_total`, no unit.
  { job: 'total', everyMs: 30_000, name: (metric, part) => (part ? bare(metric, part) : promName(metric)) },
]

/** Four hours of one service, by every way, and of another one that is much busier. */
function history(): string {
  const series = new Map<string, string[]>()
  const add = (
    name: string,
    labels: Readonly<Record<string, string>>,
    everyMs: number,
    at: (ms: number) => number,
  ): void => {
    const lines = series.get(name) ?? []
    series.set(name, lines)
    const text = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
    for (let ms = 0; ms < HOURS * HOUR; ms += everyMs)
      if (isThere(ms)) lines.push(`${name}{${text.join(',')}} ${at(ms)} ${(START + ms) / 1000}`)
  }
  for (const { job, everyMs, name } of ways) {
    for (const instance of ['a', 'b'])
      add(
        name(metrics.processCpuUtilization),
        { job, instance },
        everyMs,
        ms => cpuAt(ms) - (instance === 'b' ? 0.05 : 0),
      )
    for (const pool of ['main', 'jobs']) {
      const used = { job, [POOL]: pool, [promName(attributes.dbConnectionState)]: 'used' }
      add(name(metrics.dbConnectionCount), used, everyMs, () => (pool === 'main' ? 6 : 1))
      add(name(metrics.dbConnectionLimit), { job, [POOL]: pool }, everyMs, () => 8)
    }
    // Six a minute.
    add(name(metrics.dbSlowQueries), { job }, everyMs, ms => (6 * ms) / MINUTE)
    for (const [le, perSecond] of [
      ['0.1', 9],
      ['0.5', 10],
      ['+Inf', 10],
    ] as const)
      add(name(metrics.dbOperationDuration, 'bucket'), { job, le }, everyMs, ms => (perSecond * ms) / 1000)
  }
  add(bare(metrics.processCpuUtilization), { job: 'other' }, MINUTE, () => 1)
  return `${[...series.values()].flat().join('\n')}\n# EOF\n`
}

const CONNECTIONS = promName(metrics.dbConnectionCount)
const targets = {
  cpu: `max(avg_over_time(${promName(metrics.processCpuUtilization)}[1m]) or avg_over_time(${promName(metrics.cpuUtilization)}[1m]))`,
  'cpu.otel': `{"${metrics.processCpuUtilization.name}"}`,
  pool: `max(sum by (${POOL}) (${CONNECTIONS}{${promName(attributes.dbConnectionState)}="used"}) / (sum by ("${attributes.dbPoolName}") (${promName(metrics.dbConnectionLimit)}) > 0))`,
  p95: `histogram_quantile(0.95, sum by (le) (rate(${promName(metrics.dbOperationDuration)}_bucket[1m])))`,
  slow: `sum(increase(${promName(metrics.dbSlowQueries)}[1m]))`,
  network: `histogram_quantile(0.95, sum by (le) (rate(${promName(metrics.httpClientRequestDuration)}_bucket[5m])))`,
}

/** Or why there is none. */
let found: Prometheus | string

beforeAll(async () => {
  found = await startPrometheus({ history: history() }).catch(error => `no Prometheus to ask: ${String(error)}`)
})
afterAll(() => (typeof found === 'string' ? undefined : found[Symbol.asyncDispose]()))

test.for(ways)(
  'what a real Prometheus knows is found, however it got there: $job',
  async ({ job, everyMs }, { skip }) => {
    if (typeof found === 'string') return skip(found)
    const bench = new Bench()
    const options = { url: found.address, labels: { job }, days: HOURS / 24 }
    const results = await backfilled(bench, options, targets, NOW)

    expect(bench.faults).toEqual([])
    expect(results.filter(({ outcome }) => outcome === 'absent').map(({ target }) => target)).toEqual(['network'])
    const samplesOf = (target: string): readonly (readonly [number, number])[] => bench.samples.get(target) ?? []

    // The worse of two instances, none of the other service; a minute's average knows nothing beyond its minute.
    expect(samplesOf('cpu').length).toBeGreaterThanOrEqual(179)
    expect(samplesOf('cpu').length).toBeLessThanOrEqual(182)
    for (const [ms, value] of samplesOf('cpu').filter(([at]) => at % HOUR > MINUTE)) {
      expect(isThere(ms - START)).toBe(true)
      expect(value).toBeCloseTo(cpuAt(ms - START), 9)
    }
    // A bare selector looks back five minutes at most, here as there.
    const gap = samplesOf('cpu.otel').filter(([ms]) => !isThere(ms - START - 5 * MINUTE) && !isThere(ms - START))
    expect(gap.length).toBeLessThanOrEqual(1)
    expect(samplesOf('pool').every(([, value]) => value === 6 / 8)).toBe(true)
    expect(samplesOf('pool').length).toBeGreaterThan(170)

    // Rates of a minute need a sample more often than each minute; else they are taken over four intervals.
    for (const target of ['p95', 'slow']) expect(samplesOf(target).length).toBeGreaterThan(160)
    for (const [, value] of samplesOf('p95')) expect(value).toBeCloseTo(0.3, 9)
    const reach = everyMs === MINUTE ? 5 * MINUTE : 2 * MINUTE
    const steady = samplesOf('slow').filter(
      ([ms]) => ms - START > reach && isThere(ms - START) && isThere(ms - START - reach),
    )
    expect(steady.length).toBeGreaterThan(150)
    for (const [, value] of steady) expect(value).toBeCloseTo(6, 6)
  },
)

test('without labels the worst of all services is taken, of those that spell the metric most alike', async ({
  skip,
}) => {
  if (typeof found === 'string') return skip(found)
  const bench = new Bench()
  await backfilled(bench, { url: found.address, days: HOURS / 24 }, { cpu: targets.cpu }, NOW)
  expect(Math.max(...bench.samples.get('cpu')!.map(([, value]) => value))).toBe(1)
})

test('a service that the server does not know is left as it is', async ({ skip }) => {
  if (typeof found === 'string') return skip(found)
  const bench = new Bench()
  const results = await backfilled(bench, { url: found.address, labels: { job: 'nobody' } }, targets, NOW)
  expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['absent']))
  expect(bench.faults).toEqual([])
})

/** Every kind of expression there is, with names as they are on the server. */
const grammar = [
  'pool_used / on (pool) group_left (size) pool_limit',
  'sum without (instance) (cpu) + ignoring (x) vector(1)',
  'cpu > bool 0.2 and on (job) pool_limit',
  '-cpu ^ 2 * -3',
  'quantile by (job) (0.5, cpu) or topk(1, cpu offset 5m)',
  'label_replace(cpu, "x", "$1-\\"q\\"", "job", "(.*)")',
  'max_over_time(rate(requests_total[2m])[10m:1m] offset 1m) unless cpu{job!~"a|b", instance=""}',
  'clamp(cpu @ 1767840000, -Inf, 1e3) + scalar(sum(cpu)) % 2 atan2 NaN',
  'time() % 100',
  'histogram_quantile(0.9, sum by (le) (increase(x_bucket{le="+Inf"}[5m] @ end())))',
]
test.for(grammar)('a server gets the expression that is meant: %s', async (expr, { skip }) => {
  const { ast } = compile(expr)
  const text = translated(ast, {})
  // Again the same, so nothing got lost that the first reading saw.
  expect(meaning(compile(text).ast)).toEqual(meaning(ast))
  if (typeof found === 'string') return skip(found)
  const answer = await fetch(`${found.address}/api/v1/query?${new URLSearchParams({ query: text })}`)
  expect(await answer.json()).toMatchObject({ status: 'success' })
})

/** Without places and parentheses. */
function meaning(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(meaning)
  if (typeof part !== 'object' || part === null) return part
  if ('kind' in part && part.kind === 'paren' && 'operand' in part) return meaning(part.operand)
  const entries = Object.entries(part).filter(([key]) => key !== 'from' && key !== 'to')
  return Object.fromEntries(entries.map(([key, value]) => [key, meaning(value)]))
}
