import type { MeterProvider as Provider } from '@opentelemetry/api'
import { metrics } from '@opentelemetry/api'
import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { afterEach, expect, it, vi } from 'vitest'
import type { Homeostat, HomeostatOptions } from '../../src/index.ts'
import { homeostat } from '../../src/index.ts'

class Reader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

class DeltaReader extends Reader {
  override selectAggregationTemporality(): AggregationTemporality {
    return AggregationTemporality.DELTA
  }
}

const running: Homeostat[] = []

function start(options: HomeostatOptions = {}): Homeostat {
  const h = homeostat({ environment: { OTEL_SERVICE_NAME: 'shop' }, log: false, intervalMs: 50, ...options })
  running.push(h)
  return h
}

afterEach(async () => {
  await Promise.all(running.splice(0).map(h => h.stop()))
  metrics.disable()
})

/** As an SDK starts that knows nothing of Homeostat. */
function startSdk(...readers: MetricReader[]): MeterProvider {
  metrics.disable()
  const provider = new MeterProvider({ readers })
  expect(metrics.setGlobalMeterProvider(provider)).toBe(true)
  return provider
}

const handTo = (h: Homeostat, provider: Provider): void => {
  for (const instrumentation of h.instrumentations) instrumentation.setMeterProvider(provider)
}

const scopesOf = async (reader: MetricReader): Promise<string[]> => {
  const { resourceMetrics } = await reader.collect()
  return resourceMetrics.scopeMetrics.map(({ scope }) => scope.name)
}

const findings = (h: Homeostat): string =>
  h
    .report()
    .findings.map(({ text }) => text)
    .join('\n')

const SOON = { timeout: 20_000 }

it('an SDK that is started in place of another one gets our metrics, and the earlier one none any more', async () => {
  const h = start()
  const first = new Reader()
  startSdk(first)
  await vi.waitFor(() => expect(h.report().attachedTo).toEqual(['Reader']), SOON)
  const second = [new Reader(), new DeltaReader()] as const
  startSdk(...second)

  await vi.waitFor(() => expect(h.report().attachedTo).toEqual(['Reader', 'DeltaReader']), SOON)
  for (const reader of second) expect(await scopesOf(reader)).toContain('homeostat')
  expect(await scopesOf(first)).not.toContain('homeostat')
  expect(Object.hasOwn(first, 'collect')).toBe(false)
})

it('a provider that is handed over later takes the place of the first one, whatever each of them shows of its readers', async () => {
  const h = start()
  const readers = [new Reader(), new Reader(), new Reader()] as const
  const [first, hidden, third] = readers.map(reader => new MeterProvider({ readers: [reader] }))
  handTo(h, first!)
  expect(await scopesOf(readers[0])).toContain('homeostat')
  // Its Meter is used, where the readers cannot be found.
  handTo(h, { getMeter: (...args) => hidden!.getMeter(...args) })
  expect(h.report().attachedTo).toEqual([])
  expect(await scopesOf(readers[1])).toContain('homeostat')
  handTo(h, third!)
  expect(await scopesOf(readers[0])).not.toContain('homeostat')
  expect(await scopesOf(readers[2])).toContain('homeostat')
})

it('a reader that somebody has attached stays the only one', async () => {
  const h = start()
  const [own, other] = [new Reader(), new Reader()]
  handTo(h, new MeterProvider({ readers: [h.attach(own)] }))
  startSdk(other)
  handTo(h, metrics.getMeterProvider())
  expect(await scopesOf(own)).toContain('homeostat')
  expect(h.report().attachedTo).toEqual(['Reader'])
})

it('two Homeostats export each metric once, and the one that exports nothing reports it', async () => {
  const [flag, code] = [start(), start()]
  const reader = new Reader()
  startSdk(code.attach(reader))
  await vi.waitFor(() => expect(findings(flag)).toContain('another Homeostat of this process'), SOON)
  handTo(flag, metrics.getMeterProvider())
  const scopes = await scopesOf(reader)
  expect(scopes.filter(name => name === 'homeostat')).toHaveLength(1)
  expect([flag.report().attachedTo, code.report().attachedTo]).toEqual([[], ['Reader']])
  expect(findings(code)).not.toContain('exported 2 times')

  await code.stop()
  await vi.waitFor(() => expect(flag.report().attachedTo).toEqual(['Reader']), SOON)
  expect(await scopesOf(reader)).toContain('homeostat')
  expect(findings(flag)).not.toContain('another Homeostat')
})

const boom = (): never => {
  throw new Error('canary')
}
const getMeter = (): unknown => new MeterProvider().getMeter('shop')
const withCollectors = (metricCollectors: unknown): object => ({ getMeter, _sharedState: { metricCollectors } })
const plainReader = (): object => ({ collect: async () => ({}), selectAggregationTemporality: () => 0 })
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}

const HOSTILE: Readonly<Record<string, () => object>> = {
  'a proxy whose traps throw': () => new Proxy({}, { get: (_, name) => (name === 'getMeter' ? getMeter : boom()) }),
  'a constructor that throws': () => Object.defineProperty({ getMeter }, 'constructor', { get: boom }),
  'a class name that throws': () => ({ getMeter, constructor: Object.defineProperty({}, 'name', { get: boom }) }),
  'no prototype': () => Object.assign(Object.create(null) as object, { getMeter }),
  'a list of readers that is revoked': () => withCollectors(revoked()),
  'a list of readers whose methods throw': () =>
    withCollectors(new Proxy([1], { get: (list, name) => (name === 'map' ? boom() : Reflect.get(list, name)) })),
  'a list of readers with holes': () => withCollectors(Array.from({ length: 3 }).fill(undefined)),
  'more readers than anybody has': () =>
    withCollectors(Array.from({ length: 100_000 }, () => ({ _metricReader: plainReader() }))),
  'a reader that is frozen': () => withCollectors([{ _metricReader: Object.freeze(plainReader()) }]),
  'a Meter that cannot be made': () => ({ getMeter: boom }),
  'itself as its delegate': () => {
    const provider = { getMeter, getDelegate: () => provider }
    return provider
  },
}

it.each(Object.keys(HOSTILE))('a provider with %s does no harm and goes through the Meter', async name => {
  const h = start()
  const provider = HOSTILE[name]!() as Provider
  expect(() => handTo(h, provider)).not.toThrow()
  expect(findings(h)).toContain('exports through the Meter of')
  expect(findings(h)).not.toContain('canary')

  const registered = start()
  metrics.disable()
  metrics.setGlobalMeterProvider(provider)
  await vi.waitFor(() => expect(findings(registered)).toContain('exports through the Meter of'), SOON)
})
