import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diag } from '@opentelemetry/api'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { afterEach, expect, it, vi } from 'vitest'
import { definitions } from '../../src/domains/domain-definitions.ts'
import type { Action, HomeostatOptions, Response } from '../../src/index.ts'
import { Homeostat, homeostat } from '../../src/index.ts'

const running: Homeostat[] = []

afterEach(async () => {
  for (const h of running.splice(0)) await h.stop()
  diag.disable()
  vi.restoreAllMocks()
})

interface Heard {
  readonly h: Homeostat
  readonly lines: string[]
  ticks(count: number): Promise<void>
}

function start(options: HomeostatOptions = {}): Heard {
  const lines: string[] = []
  const log = { info: (line: string) => void lines.push(line), warn: (line: string) => void lines.push(line) }
  const h = homeostat({ autoStart: false, warmUpMs: 0, environment: {}, log, ...options })
  running.push(h)
  const ticks = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await h.optimizePerformance()
    await new Promise(resolve => setImmediate(resolve))
  }
  return { h, lines, ticks }
}

function enable(h: Homeostat): void {
  for (const instrumentation of h.instrumentations) instrumentation.enable()
}

const reader = (): PrometheusExporter => new PrometheusExporter({ preventServerStart: true })
const always = { alert: 'Always', expr: 'vector(1)' }
const index: Action = {
  name: 'index.look',
  kind: 'advice',
  scope: 'process',
  touches: [],
  raises: [],
  lowers: [],
  risk: 0,
  run: async () => ({
    summary: 'looked',
    effects: { statements: 1 },
    advice: [{ what: 'create an index', why: 'it reads all rows', statement: 'CREATE INDEX ON orders (customer_id)' }],
  }),
}
const look: Response = { to: { alert: 'Always' }, action: 'index.look', priority: 'efficiency' }

it('2-71: the start line names the mode, the service, the watched packages, the readers and what is not watched', async () => {
  const { h, lines, ticks } = start({ service: 'shop', bullmq: false })
  h.attach(reader())
  enable(h)
  h.instrumentations.at(-1)!.disable()
  await ticks(2)
  expect(lines).toHaveLength(1)
  const watched = definitions.map(([name]) => name).filter(name => name !== 'bullmq' && name !== 'forecast')
  const listed = `${watched.slice(0, -1).join(', ')} and ${watched.at(-1)}`
  expect(watched).toEqual(expect.arrayContaining(['runtime', 'cache', 'ioredis', 'pg']))
  expect(lines[0]?.replace(/\d+\.\d+\.\d+/, '0.0.0')).toBe(
    `homeostat: 0.0.0 started in mode advise for service shop; watches ${listed}; attached to PrometheusExporter; not registered: forecast; learned state is not kept: set stateDir or stateStore`,
  )
})

it('2-71: an alert is one line, and alerts() lists it with what is done about it', async () => {
  const { h, lines, ticks } = start({ rules: [always] })
  enable(h)
  expect(h.alerts()).toEqual([])
  await ticks(3)
  expect(lines.filter(line => line.includes('Always'))).toEqual([
    'homeostat: Always is firing (value 1): no response answers it, so nothing is done',
  ])
  expect(h.alerts().filter(({ alert }) => alert === 'Always')).toMatchObject([
    { alert: 'Always', state: 'firing', value: 1, since: expect.stringMatching(/^\d{4}-/) },
  ])
})

it('2-70: the whole advice is in the log, in explain, and in the report', async () => {
  const { h, lines, ticks } = start({ rules: [always], actions: [index], responses: [look] })
  await ticks(2)
  const text = 'create an index, because it reads all rows; run: CREATE INDEX ON orders (customer_id)'
  expect(lines.join('\n')).toContain(text)
  expect(h.explain('Always')?.line).toContain(text)
  expect(String(h.report())).toContain(text)
  expect(JSON.parse(JSON.stringify(h.report()))).toMatchObject({
    advice: [{ action: 'index.look', alert: 'Always', times: 1, statement: 'CREATE INDEX ON orders (customer_id)' }],
  })
})

it('the report is one text and one JSON document with every part', async () => {
  const { h, ticks } = start({
    rules: [always],
    knobs: [
      {
        name: 'crawler.concurrency',
        scope: 'process',
        bounds: { min: 1, max: 8 },
        read: () => 4,
        compareAndSet: () => true,
      },
    ],
  })
  enable(h)
  await ticks(1)
  const parts = ['watched', 'findings', 'alerts', 'advice', 'trials', 'evidence', 'knobs', 'kept']
  const lines = String(h.report()).split('\n')
  for (const part of parts) expect(lines.some(line => line.startsWith(`${part}:`))).toBe(true)
  const json = JSON.parse(JSON.stringify(h.report())) as Record<string, unknown>
  for (const part of [...parts, 'forecasts']) expect(json[part]).toBeInstanceOf(Array)
  expect(json['knobs']).toEqual(
    expect.arrayContaining([
      {
        name: 'crawler.concurrency',
        scope: 'process',
        mode: 'advise',
        isAdjusted: false,
        min: 1,
        max: 8,
        actions: ['crawler.concurrency'],
        // It lives outside of the process, so it is not read for a report.
      },
      expect.objectContaining({ name: 'cache.limit', min: 0.5, max: 1, value: 1 }),
    ]),
  )
  for (const what of ['what was learned', 'evidence of trials', 'quiet levels of guards'])
    expect(json['kept']).toContainEqual({ what, where: expect.stringContaining('not kept') })
})

it('a report may be asked for before the first tick, and after the end', async () => {
  const { h } = start()
  expect(h.report()).toMatchObject({ mode: 'advise', alerts: [], findings: [] })
  await h.stop()
  expect(String(h.report())).toContain('all actions are stopped by stop()')
})

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

it.each([
  ['a file', (path: string) => writeFileSync(path, '')],
  ['a link to nowhere', (path: string) => symlinkSync(join(path, 'nowhere'), path)],
])('does not claim to keep anything in a state folder that is %s', async (_, make) => {
  const top = mkdtempSync(join(tmpdir(), 'homeostat-report-'))
  const stateDir = join(top, 'state')
  make(stateDir)
  const { h, lines } = start({ service: 'shop', stateDir, autoStart: true, intervalMs: 20 })
  await vi.waitFor(
    () => expect(lines.join('\n')).toMatch(/nothing is kept in the state folder: .* cannot be used/),
    10_000,
  )
  rmSync(top, { recursive: true })
  expect(lines.find(line => line.includes('started in mode'))).toMatch(
    /learned state is not kept: .*state.* cannot be used: .*; give stateDir a folder of your own$/,
  )
  const where = Object.fromEntries(h.report().kept.map(kept => [kept.what, kept.where]))
  expect(where['what was learned']).toMatch(/^not kept: .* cannot be used/)
  expect(where['evidence of trials']).toMatch(/^not kept: .* cannot be used/)
  expect(where['quiet levels of guards']).toMatch(/^not kept: .* cannot be used/)
})

it('writes one line where a name holds line breaks and escapes', async () => {
  const { h, lines, ticks } = start({ service: 'shop\nhomeostat: all is well\u001B[31m' })
  enable(h)
  await ticks(1)
  expect(lines[0]).toContain('for service shop homeostat: all is well [31m; watches')
  expect(String(h.report())).toContain('service: shop homeostat: all is well [31m (from')
})

it('does not begin again after stop()', async () => {
  const { h, lines } = start({ intervalMs: 10 })
  await h.stop()
  h.start()
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(lines).toEqual([])
})
