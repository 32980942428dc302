import { createRequire } from 'node:module'
import type { MeterProvider as ApiMeterProvider } from '@opentelemetry/api'
import type * as Sdk from '@opentelemetry/sdk-metrics'
import { homeostat, type Homeostat } from 'homeostat'
import { afterEach, describe, expect, it } from 'vitest'

/** The lines of the SDK that people have: the oldest, the latest of SDK 2, and SDK 3. */
const LINES = ['sdk-2-0', 'sdk-2', 'sdk-3'] as const

type Fields = Record<string, unknown>

let h: Homeostat | undefined
afterEach(() => h?.stop())

const sdkOf = (line: string): typeof Sdk =>
  createRequire(new URL(`../../${line}/package.json`, import.meta.url))('@opentelemetry/sdk-metrics') as typeof Sdk

function providerOf(line: string): {
  readonly provider: Sdk.MeterProvider
  readonly reader: Sdk.PeriodicExportingMetricReader
} {
  const { InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } = sdkOf(line)
  const reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(0),
    exportIntervalMillis: 3_600_000,
  })
  return { provider: new MeterProvider({ readers: [reader] }), reader }
}

/** Starts Homeostat as an SDK does that hands its provider to instrumentations, and returns what it writes. */
function startWith(provider: object): string[] {
  const lines: string[] = []
  const write = (text: string): void => void lines.push(text)
  h = homeostat({ autoStart: false, environment: {}, log: { info: write, warn: write } })
  for (const instrumentation of h.instrumentations) {
    instrumentation.setMeterProvider(provider as ApiMeterProvider)
    instrumentation.enable()
  }
  return lines
}

async function scopesOf(reader: Sdk.PeriodicExportingMetricReader): Promise<string[]> {
  const { resourceMetrics } = await reader.collect()
  return resourceMetrics.scopeMetrics.filter(({ metrics }) => metrics.length > 0).map(({ scope }) => scope.name)
}

describe.each(LINES)('the private fields of %s that late attachment uses', line => {
  const moved = (field: string): string =>
    `${field} of ${line} has moved: see readersOf() and providerOf() in homeostat/src/doors`

  it('MeterProvider._sharedState.metricCollectors[]', () => {
    const { provider } = providerOf(line)
    const { metricCollectors } = (provider as unknown as { _sharedState?: Fields })._sharedState ?? {}
    expect(Array.isArray(metricCollectors), moved('MeterProvider._sharedState.metricCollectors')).toBe(true)
  })

  it('MetricCollector._metricReader', () => {
    const { provider, reader } = providerOf(line)
    const { metricCollectors } = (provider as unknown as { _sharedState: Fields })._sharedState
    expect((metricCollectors as Fields[])[0]?.['_metricReader'], moved('MetricCollector._metricReader')).toBe(reader)
  })

  it('MetricReader._sdkMetricProducer._sharedState, which all readers of a provider share', () => {
    const { provider, reader } = providerOf(line)
    const { _sdkMetricProducer: producer } = reader as unknown as { _sdkMetricProducer?: Fields }
    const { _sharedState: shared } = provider as unknown as { _sharedState: object }
    expect(producer?.['_sharedState'], moved('MetricReader._sdkMetricProducer._sharedState')).toBe(shared)
  })

  it('MeterProvider._sharedState.resource', () => {
    const { provider } = providerOf(line)
    const { resource } = (provider as unknown as { _sharedState: Fields })._sharedState
    expect(resource, moved('MeterProvider._sharedState.resource')).toHaveProperty('attributes')
  })

  it('with them, the readers are attached and no instrument is made', async () => {
    const { provider, reader } = providerOf(line)
    startWith(provider)
    expect(h!.report().attachedTo).toEqual(['PeriodicExportingMetricReader'])
    expect(await scopesOf(reader)).toContain('@homeostat/runtime')
    const { meterSharedStates } = (provider as unknown as { _sharedState: Fields })._sharedState
    expect([...(meterSharedStates as Map<string, unknown>).keys()].filter(name => name.includes('homeostat'))).toEqual(
      [],
    )
  })

  const hidings: [string, (provider: Fields) => void][] = [
    ['_sharedState', provider => Object.defineProperty(provider, '_sharedState', { value: undefined })],
    [
      'metricCollectors',
      ({ _sharedState: shared }) => Object.defineProperty(shared, 'metricCollectors', { get: () => undefined }),
    ],
    [
      '_metricReader',
      ({ _sharedState: shared }) => {
        const [collector] = (shared as { metricCollectors: object[] }).metricCollectors
        ;(shared as Fields)['metricCollectors'] = [
          new Proxy(collector!, {
            get: (target, name) => (name === '_metricReader' ? undefined : Reflect.get(target, name)),
          }),
        ]
      },
    ],
  ]

  it.each(hidings)('without %s, our metrics go through the Meter, and one line says so', async (field, hide) => {
    const { provider, reader } = providerOf(line)
    // The SDK itself still needs the field: our side sees a provider that has lost it.
    const seen = new Proxy(provider, {
      get(target, name) {
        if (name === '_sharedState') return hidden['_sharedState']
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' && name !== 'constructor'
          ? (value as (...args: unknown[]) => unknown).bind(target)
          : value
      },
    })
    const { _sharedState: shared } = provider as unknown as { _sharedState: Fields }
    const hidden: Fields = { _sharedState: { ...shared } }
    hide(hidden)

    const lines = startWith(seen)
    await h!.optimizePerformance()
    expect(h!.report().attachedTo, field).toEqual([])
    expect(await scopesOf(reader)).toContain('@homeostat/runtime')
    const about = (): string[] => lines.filter(each => each.includes("rules read Homeostat's own metrics only"))
    await expect.poll(about).toHaveLength(1)
    expect(about()[0]).toContain('the Meter of MeterProvider')
  })
})
