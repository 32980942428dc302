import { dashboardFiles } from '@homeostat/dashboards'
import { serverNameStyles, type ServerNames } from '@homeostat/promql'
import { parseRuleFile } from '@homeostat/promql/rule-files'
import { findPromtool } from '@homeostat/services'
import { describe, expect, test } from 'vitest'
import { ownRules } from '../../generator/prometheus/own-rules.ts'
import { prometheusNames } from '../../src/prometheus-names.ts'
import { failuresOf, type TestSeries } from './rule-test.ts'
import { type Package, type Signal, SITUATIONS } from './situations.ts'

const promtool = await findPromtool({ isVersion3: true })

/** How a server has the series of the packages. */
interface Server {
  readonly names: (typeof serverNameStyles)[number]
  readonly what: string
  readonly scopeOf: (of: Package, name: string) => string | undefined
  /** Between two samples: a usual interval of scrapes, or that of exports by OTLP unless it is set. */
  readonly intervalS: number
}

/** Only names of the semantic conventions are measured by others. */
const scopeBesideOthers = (of: Package, name: string): string =>
  name.startsWith('homeostat_') ? `@homeostat/${of}` : '@opentelemetry/other'

const SERVERS: readonly Server[] = [
  { names: 'plain', what: 'each with its scope', scopeOf: of => `@homeostat/${of}`, intervalS: 15 },
  { names: 'plain', what: 'which several packages measure', scopeOf: () => 'homeostat', intervalS: 15 },
  { names: 'plain', what: 'without scopes', scopeOf: () => undefined, intervalS: 15 },
  // A text for Prometheus leaves out what another instrumentation exports under the same name.
  { names: 'plain', what: 'which others measure', scopeOf: scopeBesideOthers, intervalS: 15 },
  ...serverNameStyles
    .filter(names => names !== 'plain')
    .map(names => ({ names, what: 'each minute, without scopes', scopeOf: () => undefined, intervalS: 60 })),
]

const rulesOf = (names: Server['names']): string =>
  dashboardFiles({ names }).find(({ path }) => path === 'prometheus/homeostat.rules.yml')!.text

/** All is well for 20 minutes, and then it is not. */
const WELL_MINUTES = 20
const TROUBLE_MINUTES = 10

function valuesOf({ kind, well, trouble }: Signal, intervalS: number): string {
  const [before, after] = [WELL_MINUTES, TROUBLE_MINUTES].map(minutes => (minutes * 60) / intervalS) as [number, number]
  if (kind === 'gauge') return `${well}x${before} ${trouble}x${after}`
  const [slow, fast] = [well * intervalS, trouble * intervalS]
  return `0+${slow}x${before} ${slow * before + fast}+${fast}x${after}`
}

function seriesOf(signal: Signal, instance: string, server: Server, names: ServerNames): TestSeries {
  const { of, name, labels = {} } = signal
  const scope = server.scopeOf(of, name)
  const own = Object.entries(labels).map(([label, value]) => [names.labels.get(label) ?? label, value] as const)
  return {
    labels: {
      __name__: names.metrics.get(name) ?? name,
      job: 'shop',
      instance,
      ...(scope !== undefined && { otel_scope_name: scope }),
      ...Object.fromEntries(own),
    },
    values: valuesOf(signal, server.intervalS),
  }
}

const HEARTBEAT: Signal = {
  of: 'homeostat',
  name: 'homeostat_heartbeat_total',
  kind: 'counter',
  well: 0.2,
  trouble: 0.2,
}

describe.skipIf(promtool === undefined)('on Prometheus, each rule fires when it should, and only then', () => {
  test.each(SERVERS)('in the names of $names, $what', async server => {
    const names = prometheusNames(server.names)
    // Each in a process of its own, so that one is not taken for the other.
    const series = SITUATIONS.flatMap(({ name, signals }) =>
      [HEARTBEAT, ...signals].map(signal => seriesOf(signal, name, server, names)),
    )
    const fired = SITUATIONS.flatMap(({ name, alerts }) => alerts.map(alert => ({ alert, instance: name })))
    const firing = { [WELL_MINUTES - 1]: [], [WELL_MINUTES + 7]: fired }
    const tests = [{ name: server.what, intervalS: server.intervalS, series, firing }]
    expect(await failuresOf(promtool!, rulesOf(server.names), tests)).toBe('')
  })

  test('a rule that does not fire is found', async () => {
    const series = [seriesOf(SITUATIONS[0]!.signals[0]!, 'shop-1', SERVERS[0]!, prometheusNames('plain'))]
    const tests = [{ name: 'wrong', intervalS: 15, series, firing: { 27: [{ alert: 'SlowQueries' }] } }]
    expect(await failuresOf(promtool!, rulesOf('plain'), tests)).toContain('MemoryPressure')
  })
})

test('there is a situation for each rule of the packages', () => {
  const { groups } = parseRuleFile(rulesOf('plain'), { file: 'homeostat.rules.yml' })
  const alerts = groups.flatMap(({ rules }) => rules.flatMap(rule => ('alert' in rule ? [rule.alert] : [])))
  const own = ownRules.rules.flatMap(rule => ('alert' in rule ? [rule.alert] : []))
  const tried = new Set(SITUATIONS.flatMap(situation => situation.alerts))
  expect(alerts.filter(alert => !tried.has(alert))).toEqual(own.filter(alert => alert !== 'HomeostatFailing'))
})
