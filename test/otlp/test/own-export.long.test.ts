import { metrics } from '@opentelemetry/api'
import { SignalInstrumentation } from '@homeostat/signals'
import { InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { homeostat, type Homeostat } from 'homeostat'
import { afterEach, expect, test, vi } from 'vitest'
import { findFreePort } from '@homeostat/services'
import { certificatePath, metricsIn, OtlpReceiver, pointsOf, resourceOf, type OtlpRequest } from '../src/index.ts'

const WAIT = { timeout: 30_000, interval: 20 }
const DELTA = { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' }
const ORDERS = { name: 'shop.orders', kind: 'counter', unit: '{order}', description: 'orders', attributes: [] } as const
const TOTAL = { ...ORDERS, name: 'shop.total', kind: 'histogram', unit: 's', buckets: [1, 2.5, 10] } as const
const STOCK = { ...ORDERS, name: 'shop.stock', kind: 'gauge' } as const

let receiver: OtlpReceiver
let h: Homeostat | undefined

afterEach(async () => {
  metrics.disable()
  await h?.stop()
  h = undefined
  expect(receiver.problems).toEqual([])
  await receiver[Symbol.asyncDispose]()
})

class Shop extends SignalInstrumentation<object> {
  constructor() {
    super('shop', '1.2.3', {})
  }

  get orders(): { add(n?: number): void } {
    return this.registry.counter(ORDERS as never).with({ 'shop.kind': 'book' })
  }

  protected activate(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }
}

interface Started {
  readonly shop: Shop
  readonly lines: string[]
}

/** Homeostat with a package of the application, and no SDK. */
function start(variables: Record<string, string> = {}): Started {
  const shop = new Shop()
  const lines: string[] = []
  const write = (line: string): number => lines.push(line)
  h = homeostat({
    domains: [{ name: 'shop', instrumentation: shop } as never],
    environment: {
      OTEL_SERVICE_NAME: 'shop',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_METRIC_EXPORT_INTERVAL: '150',
      ...variables,
    },
    log: { info: write, warn: write },
    intervalMs: 50,
    stateDir: undefined as never,
  })
  return { shop, lines }
}

/** The sum over all requests of the deltas of the shop's orders. */
function ordersIn(requests: readonly OtlpRequest[]): number {
  const points = metricsIn(requests, 'shop.orders').flatMap(pointsOf)
  return points.reduce((sum, { asDouble = 0 }) => sum + asDouble, 0)
}

test('without an SDK, counters, gauges and histograms arrive as the protos describe them, with resource and scope', async () => {
  receiver = await OtlpReceiver.start()
  const { shop, lines } = start({ OTEL_RESOURCE_ATTRIBUTES: 'team=caf%C3%A9,service.version=4' })
  shop.orders.add(7)
  shop.registry
    .histogram(TOTAL as never)
    .with({ '': 'no\ud800name' })
    .record(3)
  shop.registry
    .level(STOCK as never)
    .with({ n: 5 })
    .set(-0.5)
  await vi.waitFor(() => expect(metricsIn(receiver.accepted, 'shop.orders').length).toBeGreaterThan(1), WAIT)

  const [orders, again] = metricsIn(receiver.accepted, 'shop.orders')
  expect(orders).toMatchObject({ unit: '{order}', sum: { aggregationTemporality: 2, isMonotonic: true } })
  expect(pointsOf(again!)[0]).toMatchObject({
    asDouble: 7,
    startTimeUnixNano: pointsOf(orders!)[0]!.startTimeUnixNano,
    attributes: [{ key: 'shop.kind', value: { stringValue: 'book' } }],
  })
  const [total] = metricsIn(receiver.accepted, 'shop.total')
  expect(total!.histogram!.dataPoints[0]).toMatchObject({
    count: '1',
    sum: 3,
    bucketCounts: ['0', '0', '1', '0'],
    explicitBounds: [1, 2.5, 10],
    attributes: [{ key: '', value: { stringValue: 'no\ufffdname' } }],
  })
  expect(metricsIn(receiver.accepted, 'shop.stock')[0]!.gauge!.dataPoints[0]).toMatchObject({ asDouble: -0.5 })
  expect(metricsIn(receiver.accepted, 'nodejs.eventloop.utilization').length).toBeGreaterThan(0)
  expect(resourceOf(receiver.accepted[0]!)).toMatchObject({
    'service.name': 'shop',
    'service.version': '4',
    team: 'café',
    'telemetry.sdk.name': 'homeostat',
    'process.pid': String(process.pid),
    'service.instance.id': expect.stringMatching(/^[\da-f-]{36}$/) as string,
  })
  expect(receiver.received[0]).toMatchObject({ path: '/v1/metrics' })
  expect(lines.join('\n')).toContain(
    `no OpenTelemetry SDK has started, so Homeostat sends its own metrics as OTLP/HTTP JSON to ${receiver.endpoint}`,
  )
  expect(lines.join('\n')).toContain(`sends its metrics to ${receiver.endpoint} until an SDK starts`)
})

test('deltas add up to the total, also across an endless outage and the last export', async () => {
  receiver = await OtlpReceiver.start()
  const { shop } = start(DELTA)
  let sent = 0
  const order = (): void => {
    for (let n = 0; n < 10; n++, sent++) shop.orders.add()
  }
  order()
  await vi.waitFor(() => expect(receiver.accepted.length).toBeGreaterThan(1), WAIT)
  receiver.answer = () => ({ status: 503, headers: { 'retry-after': '1' } })
  const before = receiver.received.length
  await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThan(before + 1), WAIT)
  order()
  receiver.answer = () => ({})
  await vi.waitFor(() => expect(ordersIn(receiver.accepted)).toBe(20), WAIT)
  order()
  await h!.stop()
  expect(ordersIn(receiver.accepted)).toBe(sent)
  expect(metricsIn(receiver.accepted, 'shop.orders')[0]!.sum!.aggregationTemporality).toBe(1)
})

test('Retry-After is honoured, also when it is longer than an export may take', async () => {
  receiver = await OtlpReceiver.start()
  receiver.answer = () => ({ status: 429, headers: { 'retry-after': '2' } })
  start({ OTEL_METRIC_EXPORT_TIMEOUT: '500' })
  await vi.waitFor(() => expect(receiver.received.length).toBe(2), WAIT)
  const [first, second] = receiver.received
  expect(second!.at - first!.at).toBeGreaterThanOrEqual(1990)
})

test('a slow receiver has one export at a time, and holds neither the loop nor the end', async () => {
  receiver = await OtlpReceiver.start()
  receiver.answer = () => ({ afterMs: 700 })
  const { shop } = start(DELTA)
  shop.orders.add(5)
  await vi.waitFor(() => expect(ordersIn(receiver.accepted)).toBe(5), WAIT)
  expect(receiver.mostAtOnce).toBe(1)
  receiver.answer = () => ({ afterMs: 60_000 })
  shop.orders.add(5)
  const before = receiver.received.length
  await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThan(before), WAIT)
  const began = performance.now()
  await h!.stop()
  expect(performance.now() - began).toBeLessThan(9000)
})

test('a receiver that is away and comes back gives one line each, and nothing in them but its host', async () => {
  const port = await findFreePort()
  receiver = await OtlpReceiver.start()
  const secrets = ['hunter2', 'querysecret', 'pathsecret', 'headersecret']
  const { lines } = start({
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `http://user:hunter2@127.0.0.1:${port}/pathsecret/v1/metrics?key=querysecret`,
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=headersecret',
    OTEL_METRIC_EXPORT_TIMEOUT: '300',
  })
  const about = (text: string): string[] => lines.filter(line => line.includes(text))
  await vi.waitFor(() => expect(about('do not reach')).toHaveLength(1), WAIT)
  expect(about('do not reach')[0]).toContain(
    `metrics do not reach http://127.0.0.1:${port}: nothing listens there (ECONNREFUSED)`,
  )
  expect(String(h!.report())).toContain('do not reach')

  await receiver[Symbol.asyncDispose]()
  receiver = await OtlpReceiver.start(port)
  receiver.answer = ({ headers }) => ({ body: `{"partialSuccess":{"errorMessage":"${String(headers['api-key'])}"}}` })
  await vi.waitFor(() => expect(about('accepts metrics again')).toHaveLength(1), WAIT)
  expect(receiver.received[0]).toMatchObject({
    path: '/pathsecret/v1/metrics?key=querysecret',
    headers: { authorization: `Basic ${Buffer.from('user:hunter2').toString('base64')}`, 'api-key': 'headersecret' },
  })
  await receiver[Symbol.asyncDispose]()
  await vi.waitFor(() => expect(about('do not reach')).toHaveLength(2), WAIT)
  const said = [...lines, String(h!.report()), JSON.stringify(h!.report())].join('\n')
  for (const secret of secrets) expect(said).not.toContain(secret)
})

test('each reason of a failure is one line, and three at most until metrics arrive again', async () => {
  receiver = await OtlpReceiver.start()
  const statuses = [401, 404, 404, 401, 500, 400, 413, 200, 401]
  receiver.answer = () => ({ status: statuses[receiver.received.length - 1] ?? 401 })
  const { lines } = start()
  await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThan(statuses.length), WAIT)
  const said = lines.map(line => /HTTP (\d+)|accepts/.exec(line)).flatMap(match => (match ? [match[1] ?? 'works'] : []))
  expect(said).toEqual(['401', '404', '500', 'works', '401'])
  expect(h!.report().findings.filter(({ key }) => key === 'failed export')).toHaveLength(1)
})

test('gzip, headers and the number of rejected points', async () => {
  receiver = await OtlpReceiver.start()
  receiver.answer = () => ({
    body: '{"partialSuccess":{"rejectedDataPoints":"12","errorMessage":"a secret of somebody"}}',
  })
  const { lines } = start({
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=gen%20eral,x-other=1',
    OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'x-tenant=shop%2C1',
  })
  await vi.waitFor(() => expect(lines.join('\n')).toContain('rejected 12 of its data points'), WAIT)
  await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThan(2), WAIT)
  expect(receiver.received[0]!.headers).toMatchObject({
    'content-encoding': 'gzip',
    'x-tenant': 'shop,1',
    'x-other': '1',
  })
  expect(receiver.received[0]!.bytes).toBeLessThan(receiver.received[0]!.text.length / 3)
  expect(lines.filter(line => line.includes('rejected'))).toHaveLength(1)
  expect(lines.join()).not.toContain('a secret')
})

test('many series go in requests of at most 1000 points', async () => {
  receiver = await OtlpReceiver.start()
  const { shop } = start({ OTEL_METRIC_EXPORT_INTERVAL: '3600000', ...DELTA })
  const orders = shop.registry.counter(ORDERS as never)
  for (let n = 0; n < 1999; n++) orders.with({ n: `${n}`.padStart(1000, 'x') }).add()
  await h!.stop()
  const points = receiver.accepted.map(request => pointCount(request))
  expect(points.every(count => count <= 1000)).toBe(true)
  expect(points.length).toBeGreaterThan(1)
  expect(ordersIn(receiver.accepted)).toBe(1999)
})

function pointCount({ resourceMetrics }: OtlpRequest): number {
  return resourceMetrics
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    .reduce((sum, metric) => sum + pointsOf(metric).length, 0)
}

test.each(['delta', 'cumulative'])(
  'when an SDK starts, ours ends and nothing is counted twice or lost (%s)',
  async temporality => {
    receiver = await OtlpReceiver.start()
    const { shop } = start({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporality })
    shop.orders.add(5)
    await vi.waitFor(() => expect(metricsIn(receiver.accepted, 'shop.orders').length).toBeGreaterThan(0), WAIT)
    shop.orders.add(3)
    const exporter = new InMemoryMetricExporter(0)
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
    await vi.waitFor(() => expect(h!.report().attachedTo).toEqual(['PeriodicExportingMetricReader']), WAIT)
    await new Promise(resolve => setTimeout(resolve, 600))
    const count = receiver.received.length
    shop.orders.add(2)
    await reader.forceFlush()
    await new Promise(resolve => setTimeout(resolve, 600))
    expect(receiver.received.length).toBe(count)

    const theirs = exporter
      .getMetrics()
      .at(-1)!
      .scopeMetrics.flatMap(({ metrics: all }) => all)
      .find(({ descriptor }) => descriptor.name === 'shop.orders')!
    expect(theirs.dataPoints[0]!.value).toBe(2)
    if (temporality === 'delta') expect(ordersIn(receiver.accepted)).toBe(8)
    else expect(pointsOf(metricsIn(receiver.accepted, 'shop.orders').at(-1)!)[0]!.asDouble).toBe(8)
    expect(h!.report().findings.map(({ key }) => key)).not.toContain('own export')
  },
)

test.each([true, false])(
  'a reader that the application attaches takes over (before the first export: %s)',
  async isEarly => {
    receiver = await OtlpReceiver.start()
    const { shop } = start({ ...DELTA, ...(isEarly && { OTEL_METRIC_EXPORT_INTERVAL: '5000' }) })
    shop.orders.add(5)
    if (!isEarly) await vi.waitFor(() => expect(ordersIn(receiver.accepted)).toBe(5), WAIT)
    const exporter = new InMemoryMetricExporter(0)
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
    const provider = new MeterProvider({ readers: [h!.attach(reader)] })
    shop.orders.add(2)
    await provider.forceFlush()
    await new Promise(resolve => setTimeout(resolve, 600))
    const theirs = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics: all }) => all))
    const orders = theirs.find(({ descriptor }) => descriptor.name === 'shop.orders')!
    expect([ordersIn(receiver.accepted), orders.dataPoints[0]!.value]).toEqual(isEarly ? [0, 7] : [5, 2])
    expect(String(h!.report())).toContain('attached to: PeriodicExportingMetricReader')
  },
)

test.each([
  ['OTEL_SDK_DISABLED', 'true'],
  ['OTEL_METRICS_EXPORTER', 'none'],
  ['OTEL_METRICS_EXPORTER', 'prometheus'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', ''],
])('nothing is sent with %s=%s', async (variable, value) => {
  receiver = await OtlpReceiver.start()
  const { shop } = start({ [variable]: value })
  shop.orders.add()
  await new Promise(resolve => setTimeout(resolve, 500))
  await h!.stop()
  expect(receiver.received).toEqual([])
})

test('an endpoint of gRPC, and one that is not an address, give one line that says what to change', async () => {
  receiver = await OtlpReceiver.start()
  const grpc = start({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_METRIC_EXPORT_INTERVAL: '' })
  await h!.stop()
  expect(grpc.lines.join('\n')).toContain('set OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/json')
  const wrong = start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'user:hunter2@collector' })
  await h!.stop()
  expect(wrong.lines.join('\n')).toContain(
    'OTEL_EXPORTER_OTLP_ENDPOINT is not valid, so nothing is exported; expected an http or https URL',
  )
  expect(wrong.lines.join('\n')).not.toContain('hunter2')
  expect(receiver.received).toEqual([])
})

test('of two Homeostats in a process, one exports', async () => {
  receiver = await OtlpReceiver.start()
  const { shop } = start(DELTA)
  shop.orders.add(4)
  await vi.waitFor(() => expect(receiver.accepted.length).toBeGreaterThan(0), WAIT)
  const first = h!
  start(DELTA)
  await vi.waitFor(() => expect(receiver.accepted.length).toBeGreaterThan(4), WAIT)
  const ids = receiver.accepted.flatMap(({ resourceMetrics }) =>
    resourceMetrics[0]!.scopeMetrics.filter(({ scope }) => scope.name === 'shop'),
  )
  expect(ids).toHaveLength(1)
  await first.stop()
})

test('a private authority and a certificate of our own come from the files of the variables', async () => {
  receiver = await OtlpReceiver.start(0, { isSecure: true })
  const files = {
    OTEL_EXPORTER_OTLP_CERTIFICATE: certificatePath('certificate'),
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: certificatePath('certificate'),
    OTEL_EXPORTER_OTLP_CLIENT_KEY: certificatePath('key'),
  }
  start(files)
  await vi.waitFor(() => expect(receiver.accepted.length).toBeGreaterThan(1), WAIT)
  await h!.stop()

  const { lines } = start({ ...files, OTEL_EXPORTER_OTLP_CERTIFICATE: '', OTEL_METRIC_EXPORT_TIMEOUT: '300' })
  await vi.waitFor(() => expect(lines.join('\n')).toMatch(/cannot be reached \((?:DEPTH|SELF|UNABLE)_/), WAIT)
  await h!.stop()

  const missing = start({ ...files, OTEL_EXPORTER_OTLP_CLIENT_KEY: '/nowhere/hunter2.pem' })
  await vi.waitFor(
    () => expect(missing.lines.join('\n')).toContain('cannot be used (ENOENT), so nothing is exported'),
    WAIT,
  )
  expect(missing.lines.join('\n')).not.toContain('hunter2')
})
