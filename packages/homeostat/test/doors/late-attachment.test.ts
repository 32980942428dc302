import { metrics, ProxyTracerProvider, trace } from '@opentelemetry/api'
import { InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readersOf } from '../../src/doors/readers/readers-of.ts'
import type { Homeostat } from '../../src/index.ts'
import { homeostat } from '../../src/index.ts'

const LOOK_MS = 25
const HALF_A_MINUTE_MS = 30_000
const running: { stop(): Promise<void> }[] = []

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
})

afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(running.splice(0).map(h => h.stop()))
  metrics.disable()
  trace.disable()
})

/** Ticks so rarely that no test sees it. */
const start = (options: Parameters<typeof homeostat>[0] = {}): Homeostat => {
  const h = homeostat({ log: false, intervalMs: 3_600_000, ...options })
  running.push(h)
  return h
}

const reader = (): PeriodicExportingMetricReader =>
  new PeriodicExportingMetricReader({ exporter: new InMemoryMetricExporter(0), exportIntervalMillis: 3_600_000 })

const attachedTo = (h: Homeostat): readonly string[] => h.report().attachedTo
const findings = (h: Homeostat): string[] => h.report().findings.map(({ key }) => key)
const isMeasuring = (h: Homeostat): boolean => h.instrumentations.every(each => each.getConfig().enabled)

test('the SDK keeps its readers in _sharedState.metricCollectors[]._metricReader', () => {
  const readers = [reader(), reader()]
  const found = readersOf(new MeterProvider({ readers }))
  expect(found, 'private fields of MeterProvider have moved: see readersOf()').toBeDefined()
  expect(found).toHaveLength(2)
  expect(found![0]).toBe(readers[0])
})

test('an SDK that starts later is found, its readers are attached, and everything is measured', () => {
  const h = start()
  vi.advanceTimersByTime(10_000)
  expect(attachedTo(h)).toEqual([])
  expect(isMeasuring(h)).toBe(false)

  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader(), reader()] }))
  vi.advanceTimersByTime(500)

  expect(attachedTo(h)).toEqual(['PeriodicExportingMetricReader', 'PeriodicExportingMetricReader'])
  expect(isMeasuring(h)).toBe(true)
  expect(findings(h)).toEqual([])
})

test('an SDK that starts after half a minute is found at the pace of a tick', () => {
  const h = start()
  vi.advanceTimersByTime(HALF_A_MINUTE_MS)
  expect(findings(h)).toEqual(['no SDK'])
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader()] }))
  vi.advanceTimersByTime(5000)
  expect(attachedTo(h)).toEqual(['PeriodicExportingMetricReader'])
  expect(findings(h)).toEqual([])
})

test('an SDK that only traces is reported as such', () => {
  trace.setGlobalTracerProvider(new ProxyTracerProvider())
  const h = start()
  vi.advanceTimersByTime(HALF_A_MINUTE_MS)
  expect(h.report().findings.map(({ text }) => text)).toEqual([
    'the OpenTelemetry SDK has started without metrics, so nothing is exported; set OTEL_METRICS_EXPORTER or give it a metric reader',
  ])
})

test.each([0, HALF_A_MINUTE_MS])(
  'no SDK is missed by an application that serves the text of our metrics (after %i ms)',
  ms => {
    const h = start()
    vi.advanceTimersByTime(ms)
    h.exposition('')
    vi.advanceTimersByTime(HALF_A_MINUTE_MS)
    expect(findings(h)).toEqual([])
  },
)

test('the provider that the SDK hands over is attached at once, registered or not', () => {
  const h = start({ autoStart: false })
  const provider = new MeterProvider({ readers: [reader()] })
  for (const instrumentation of h.instrumentations) instrumentation.setMeterProvider(provider)
  expect(attachedTo(h)).toEqual(['PeriodicExportingMetricReader'])
})

test('readers that somebody has attached stay the only ones', () => {
  const h = start()
  h.attach(reader())
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader(), reader()] }))
  vi.advanceTimersByTime(HALF_A_MINUTE_MS)
  expect(attachedTo(h)).toEqual(['PeriodicExportingMetricReader'])
})

const strange: [string, () => object][] = [
  ['hides its fields', () => Object.defineProperty(new MeterProvider(), '_sharedState', { value: undefined })],
  [
    'keeps something else there',
    () => Object.assign(new MeterProvider(), { _sharedState: { metricCollectors: 'many' } }),
  ],
  [
    'has readers that are none',
    () => Object.assign(new MeterProvider(), { _sharedState: { metricCollectors: [{}, 1] } }),
  ],
  [
    'throws when it is looked at',
    () =>
      Object.defineProperty(new MeterProvider(), '_sharedState', {
        get: () => {
          throw new Error('canary')
        },
      }),
  ],
  [
    'delegates without end',
    () => Object.assign(new MeterProvider(), { getDelegate: () => ({ getDelegate: () => ({}) }) }),
  ],
]

test.each(strange)('a provider that %s gets our metrics through its Meter, and that is reported', (_, make) => {
  const provider = make() as MeterProvider
  const getMeter = vi.spyOn(provider, 'getMeter')
  const h = start()
  metrics.setGlobalMeterProvider(provider)
  vi.advanceTimersByTime(LOOK_MS)
  expect(getMeter).toHaveBeenCalled()
  expect(attachedTo(h)).toEqual([])
  expect(isMeasuring(h)).toBe(true)
  expect(String(h.report())).toContain("rules read Homeostat's own metrics only")
  expect(String(h.report())).not.toContain('canary')
})

test('an SDK without a metric reader is reported, with what to do', () => {
  const h = start()
  metrics.setGlobalMeterProvider(new MeterProvider())
  vi.advanceTimersByTime(LOOK_MS)
  expect(h.report().findings.map(({ text }) => text)).toEqual([
    'the SDK has no metric reader, so nothing is exported: set OTEL_METRICS_EXPORTER or give it a metric reader',
  ])
})

test('nothing is looked for after the end', async () => {
  const h = start()
  await h.stop()
  expect(vi.getTimerCount()).toBe(0)
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader()] }))
  vi.advanceTimersByTime(HALF_A_MINUTE_MS)
  expect(attachedTo(h)).toEqual([])
})
