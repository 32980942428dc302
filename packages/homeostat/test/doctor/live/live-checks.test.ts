import { expect, it } from 'vitest'
import { diagnoseLive, liveDiagnosisLines } from '../../../src/doctor/live/live-diagnosis.ts'
import type { InstrumentationFacts, LiveFacts, MetricFacts } from '../../../src/examination/live-facts.ts'

const HEALTHY: LiveFacts = {
  process: { pid: 1, node: '24.0.0', main: 'app.js', uptimeMs: 1000, isEnding: false },
  provider: { kind: 'sdk', className: 'MeterProvider', apiVersion: '1.9.0', hasTracer: true },
  readers: [
    { className: 'Reader', exporter: undefined, temporality: 'cumulative', address: undefined, backend: undefined },
  ],
  metrics: [],
  instrumentations: [],
  packages: [],
  homeostats: [],
  notes: [],
}

function metric(name: string, scope: string, more: Partial<MetricFacts> = {}): MetricFacts {
  const rest = {
    scopeVersion: undefined,
    isObservable: false,
    series: 1,
    isOverflowing: false,
    varying: [],
    systems: [],
  }
  return { name, scope, ...rest, routes: { named: 0, unnamed: 0 }, ...more }
}

const idsOf = (facts: Partial<LiveFacts>): string[] =>
  diagnoseLive([{ ...HEALTHY, ...facts }]).findings.map(({ id }) => id)

it.each<[string, readonly MetricFacts[], string[]]>([
  [
    'node:http and fetch',
    ['http', 'undici'].map(each => metric('http.client.request.duration', `@opentelemetry/instrumentation-${each}`)),
    [],
  ],
  ['two databases', ['postgresql', 'redis'].map(each => metric('db', each, { systems: [each] })), []],
  ['one database twice', ['a', 'b'].map(each => metric('db', each, { systems: ['redis'] })), ['metric-doubled']],
  ['a system that is not named', [metric('db', 'a', { systems: ['redis'] }), metric('db', 'b')], ['metric-doubled']],
  [
    'two versions of one scope',
    ['1.0.0', '2.0.0'].map(scopeVersion => metric('orders', 'shop', { scopeVersion })),
    ['metric-doubled'],
  ],
  ['an instrument that was never used', [metric('orders', 'a'), metric('orders', 'b', { series: 0 })], []],
  [
    'observables',
    ['a', 'b'].map(each => metric('memory', each, { series: 0, isObservable: true })),
    ['metric-doubled'],
  ],
])('%s: metrics of one name', (_, metrics, expected) => {
  expect(idsOf({ metrics })).toEqual(expected)
})

it.each<[string, { named: number; unnamed: number }, string[]]>([
  ['none', { named: 0, unnamed: 3 }, ['route-missing']],
  ['some', { named: 1, unnamed: 3 }, []],
  ['no requests', { named: 0, unnamed: 0 }, []],
])('routes of the server: %s', (_, routes, expected) => {
  expect(idsOf({ metrics: [metric('http.server.request.duration', 'http', { routes })] })).toEqual(expected)
})

it.each<[string, string, string[]]>([
  ['1.9.1', '1.9.0', []],
  ['1.10.0', '1.9.0', ['provider-hidden']],
  ['1.8.0', '1.9.0', []],
  ['not a version', '1.9.0', []],
])('a copy %s of the api, and a provider of %s', (version, apiVersion, expected) => {
  const packages = [{ name: '@opentelemetry/api', version, path: 'node_modules/@opentelemetry/api' }]
  expect(idsOf({ packages, provider: { ...HEALTHY.provider, apiVersion } })).toEqual(expected)
})

it('one finding per fault, and no more than ten, with the rest counted', () => {
  const metrics = Array.from({ length: 15 }, (_, index) => metric(`metric.${index}`, 'shop', { series: 1000 + index }))
  const diagnosis = diagnoseLive([
    { ...HEALTHY, metrics },
    { ...HEALTHY, metrics },
  ])
  expect(diagnosis.findings).toHaveLength(10)
  expect(diagnosis.findings[0]?.evidence).toContain('metric.14')
  expect(diagnosis.notes).toEqual(['5 more findings of cardinality-high are left out'])
})

it('names of the application cannot write to the terminal', () => {
  const metrics = [metric('evil\u001B[31m\n', 'shop', { series: 1000 })]
  expect(liveDiagnosisLines(diagnoseLive([{ ...HEALTHY, metrics }])).join('')).not.toMatch(/\p{Cc}/u)
})

const instrumentation = (name: string, ranges: readonly string[], isPatched: boolean): InstrumentationFacts => ({
  name,
  version: '1.0.0',
  isEnabled: true,
  libraries: [
    {
      name: 'redis',
      ranges,
      isPatched,
      metVersion: '5.0.0',
      loaded: { version: '5.0.0', path: 'node_modules/redis', how: 'required', isEarlier: false },
    },
  ],
})

it('an instrumentation that consists of several is one, and works when one of them has patched', () => {
  const around = { name: 'redis', version: '1.0.0', isEnabled: true, libraries: [] }
  const parts = [around, instrumentation('redis', ['>=2.6.0 <4'], false), instrumentation('redis', ['>=5 <6'], true)]
  expect(idsOf({ instrumentations: parts })).toEqual([])
  expect(idsOf({ instrumentations: [...parts, ...parts] })).toContain('instrumentation-registered-twice')
})

it('the gRPC that exporters import is nobody’s mistake', () => {
  const [library] = instrumentation('grpc', ['1'], false).libraries
  const loaded = { version: '1.14.0', path: 'node_modules/@grpc/grpc-js', how: 'imported', isEarlier: false } as const
  const libraries = [{ ...library!, name: '@grpc/grpc-js', metVersion: undefined, loaded }]
  expect(
    idsOf({ instrumentations: [{ name: 'instrumentation-grpc', version: '1.0.0', isEnabled: true, libraries }] }),
  ).toEqual([])
})
