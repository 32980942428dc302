import { diag } from '@opentelemetry/api'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { expect, it, vi } from 'vitest'
import type { Homeostat, HomeostatOptions } from '../../src/index.ts'
import { enable, heardHomeostat, reader } from './heard-homeostat.ts'

const start = heardHomeostat()
const always = { alert: 'Always', expr: 'vector(1)' }

it('2-12: where nothing is registered, it is reported once, with what to do', async () => {
  const warnings: string[] = []
  diag.setLogger({ warn: text => void warnings.push(text), error() {}, info() {}, debug() {}, verbose() {} })
  const { h, lines, ticks } = start()
  h.attach(reader())
  await ticks(10)
  const said = lines.filter(line => line.includes('nothing is measured'))
  expect(said).toEqual([
    'homeostat: nothing is measured: give [...h.instrumentations] to NodeSDK({ instrumentations }) or to registerInstrumentations()',
  ])
  expect(warnings.filter(text => text.includes('nothing is measured'))).toHaveLength(1)
  expect(h.report().findings).toMatchObject([{ key: 'nothing measured' }])
})

it('2-12: what is registered in part is reported by name', async () => {
  const { h, ticks } = start()
  enable(h)
  for (const each of h.instrumentations) if (/pg|ioredis/.test(each.instrumentationName)) each.disable()
  await ticks(3)
  expect(h.report().findings.map(({ text }) => text)).toEqual([
    'ioredis, pg are not measured: give all of h.instrumentations to the SDK, or turn them off in the options',
  ])
})

it('2-12: two Homeostats that are both attached are reported once, and one alone is not', async () => {
  const first = start()
  first.h.attach(reader())
  enable(first.h)
  await first.ticks(3)
  expect(first.h.report().findings).toEqual([])

  const second = start()
  second.h.attach(reader())
  enable(second.h)
  await second.ticks(6)
  const said = [...first.lines, ...second.lines].filter(line => line.includes('Homeostats of this process'))
  expect(said).toEqual([
    'homeostat: 2 Homeostats of this process are attached to readers, so that each metric is exported 2 times: stop() all but one',
  ])
  await first.h.stop()
  const third = start()
  enable(third.h)
  await third.ticks(3)
  expect(third.h.report().findings).toEqual([])
})

it('2-72: an unnamed service that asks for something shared is reported', async () => {
  const { h, ticks } = start({ coordinator: 'redis' })
  enable(h)
  await ticks(3)
  expect(h.report().service).toBeUndefined()
  expect(h.report().findings.map(({ text }) => text)).toEqual([
    'the service has no name, so it has no coordinator and keeps nothing: set OTEL_SERVICE_NAME or the option service',
  ])
})

it('2-72: the name is that of the resource of the SDK, whichever way it becomes known', async () => {
  const resource = { attributes: { 'service.name': 'orders' } }
  const attached = start()
  const exporter = attached.h.attach(reader())
  const provider = new MeterProvider({ readers: [exporter], resource: resource as never })
  await attached.ticks(1)
  expect(attached.h.report().service).toEqual({ name: 'orders', source: 'the resource of the SDK' })

  const registered = start()
  for (const instrumentation of registered.h.instrumentations) instrumentation.setMeterProvider(provider)
  expect(registered.h.report().service?.name).toBe('orders')
  await provider.shutdown()
})

it('2-16: nothing that is found later is a process warning', async () => {
  const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const { h, ticks } = start({ coordinator: 'redis', stateStore: 'redis', rules: [always] })
  h.attach(reader())
  await ticks(4)
  h.disable('the operator')
  await ticks(1)
  expect(warning).not.toHaveBeenCalled()
})

const both = 'nodejs.eventloop.utilization'

/** A reader beside another instrumentation that exports a name of ours too, and the scopes that it collects for the name. */
async function collectBoth(options: HomeostatOptions): Promise<{ readonly h: Homeostat; readonly scopes: string[] }> {
  const { h } = start({ ...options })
  const push = h.attach(new Collecting())
  const provider = new MeterProvider({ readers: [push] })
  provider
    .getMeter('other')
    .createObservableGauge(both)
    .addCallback(result => result.observe(0.5))
  enable(h)
  await h.optimizePerformance()
  const { resourceMetrics } = await push.collect()
  await provider.shutdown()
  const carriers = resourceMetrics.scopeMetrics.filter(({ metrics }) =>
    metrics.some(({ descriptor }) => descriptor.name === both),
  )
  return { h, scopes: carriers.map(({ scope }) => scope.name) }
}

class Collecting extends MetricReader {
  protected async onShutdown(): Promise<void> {}
  protected async onForceFlush(): Promise<void> {}
}

it('2-60: a metric that another instrumentation exports too is reported with what to do', async () => {
  const { h, scopes } = await collectBoth({})
  expect(scopes).toEqual(['other', '@homeostat/runtime'])
  expect(h.report().findings.map(({ text }) => text)).toContain(
    `${both}: exported by both other and @homeostat/runtime, so a sum over the name counts twice: select one otel_scope_name, turn other off, or set exportDoubles: false to export its metrics only`,
  )
})

it('2-60: exportDoubles: false leaves the name to the other instrumentation', async () => {
  const { h, scopes } = await collectBoth({ exportDoubles: false })
  expect(scopes).toEqual(['other'])
  expect(
    h
      .report()
      .findings.map(({ text }) => text)
      .join('\n'),
  ).not.toContain(both)
})
