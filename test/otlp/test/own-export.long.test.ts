import { findFreePort } from '@homeostat/services'
import { expect, test, vi } from 'vitest'
import { metricsIn, OtlpReceiver, pointsOf, resourceOf, type OtlpRequest } from '../src/index.ts'
import { bench, DELTA, endAfterEach, ORDERS, ordersIn, start, WAIT } from './own-export-bench.ts'

endAfterEach()

const TOTAL = { ...ORDERS, name: 'shop.total', kind: 'histogram', unit: 's', buckets: [1, 2.5, 10] } as const
const STOCK = { ...ORDERS, name: 'shop.stock', kind: 'gauge' } as const

test('without an SDK, counters, gauges and histograms arrive as the protos describe them, with resource and scope', async () => {
  bench.receiver = await OtlpReceiver.start()
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
  await vi.waitFor(() => expect(metricsIn(bench.receiver.accepted, 'shop.orders').length).toBeGreaterThan(1), WAIT)

  const [orders, again] = metricsIn(bench.receiver.accepted, 'shop.orders')
  expect(orders).toMatchObject({ unit: '{order}', sum: { aggregationTemporality: 2, isMonotonic: true } })
  expect(pointsOf(again!)[0]).toMatchObject({
    asDouble: 7,
    startTimeUnixNano: pointsOf(orders!)[0]!.startTimeUnixNano,
    attributes: [{ key: 'shop.kind', value: { stringValue: 'book' } }],
  })
  const [total] = metricsIn(bench.receiver.accepted, 'shop.total')
  expect(total!.histogram!.dataPoints[0]).toMatchObject({
    count: '1',
    sum: 3,
    bucketCounts: ['0', '0', '1', '0'],
    explicitBounds: [1, 2.5, 10],
    attributes: [{ key: '', value: { stringValue: 'no\ufffdname' } }],
  })
  expect(metricsIn(bench.receiver.accepted, 'shop.stock')[0]!.gauge!.dataPoints[0]).toMatchObject({ asDouble: -0.5 })
  expect(metricsIn(bench.receiver.accepted, 'nodejs.eventloop.utilization').length).toBeGreaterThan(0)
  expect(resourceOf(bench.receiver.accepted[0]!)).toMatchObject({
    'service.name': 'shop',
    'service.version': '4',
    team: 'café',
    'telemetry.sdk.name': 'homeostat',
    'process.pid': String(process.pid),
    'service.instance.id': expect.stringMatching(/^[\da-f-]{36}$/) as string,
  })
  expect(bench.receiver.received[0]).toMatchObject({ path: '/v1/metrics' })
  expect(lines.join('\n')).toContain(
    `no OpenTelemetry SDK has started, so Homeostat sends its own metrics as OTLP/HTTP JSON to ${bench.receiver.endpoint}`,
  )
  expect(lines.join('\n')).toContain(`sends its metrics to ${bench.receiver.endpoint} until an SDK starts`)
})

test('deltas add up to the total, also across an endless outage and the last export', async () => {
  bench.receiver = await OtlpReceiver.start()
  const { shop } = start(DELTA)
  let sent = 0
  const order = (): void => {
    for (let n = 0; n < 10; n++, sent++) shop.orders.add()
  }
  order()
  await vi.waitFor(() => expect(bench.receiver.accepted.length).toBeGreaterThan(1), WAIT)
  bench.receiver.answer = () => ({ status: 503, headers: { 'retry-after': '1' } })
  const before = bench.receiver.received.length
  await vi.waitFor(() => expect(bench.receiver.received.length).toBeGreaterThan(before + 1), WAIT)
  order()
  bench.receiver.answer = () => ({})
  await vi.waitFor(() => expect(ordersIn(bench.receiver.accepted)).toBe(20), WAIT)
  order()
  await bench.h!.stop()
  expect(ordersIn(bench.receiver.accepted)).toBe(sent)
  expect(metricsIn(bench.receiver.accepted, 'shop.orders')[0]!.sum!.aggregationTemporality).toBe(1)
})

test('Retry-After is honoured, also when it is longer than an export may take', async () => {
  bench.receiver = await OtlpReceiver.start()
  bench.receiver.answer = () => ({ status: 429, headers: { 'retry-after': '2' } })
  start({ OTEL_METRIC_EXPORT_TIMEOUT: '500' })
  await vi.waitFor(() => expect(bench.receiver.received.length).toBe(2), WAIT)
  const [first, second] = bench.receiver.received
  expect(second!.at - first!.at).toBeGreaterThanOrEqual(1990)
})

test('a slow receiver has one export at a time, and holds neither the loop nor the end', async () => {
  bench.receiver = await OtlpReceiver.start()
  bench.receiver.answer = () => ({ afterMs: 700 })
  const { shop } = start(DELTA)
  shop.orders.add(5)
  await vi.waitFor(() => expect(ordersIn(bench.receiver.accepted)).toBe(5), WAIT)
  expect(bench.receiver.mostAtOnce).toBe(1)
  bench.receiver.answer = () => ({ afterMs: 60_000 })
  shop.orders.add(5)
  const before = bench.receiver.received.length
  await vi.waitFor(() => expect(bench.receiver.received.length).toBeGreaterThan(before), WAIT)
  const began = performance.now()
  await bench.h!.stop()
  expect(performance.now() - began).toBeLessThan(9000)
})

test('a receiver that is away and comes back gives one line each, and nothing in them but its host', async () => {
  const port = await findFreePort()
  bench.receiver = await OtlpReceiver.start()
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
  expect(String(bench.h!.report())).toContain('do not reach')

  await bench.receiver[Symbol.asyncDispose]()
  bench.receiver = await OtlpReceiver.start(port)
  bench.receiver.answer = ({ headers }) => ({
    body: `{"partialSuccess":{"errorMessage":"${String(headers['api-key'])}"}}`,
  })
  await vi.waitFor(() => expect(about('accepts metrics again')).toHaveLength(1), WAIT)
  expect(bench.receiver.received[0]).toMatchObject({
    path: '/pathsecret/v1/metrics?key=querysecret',
    headers: { authorization: `Basic ${Buffer.from('user:hunter2').toString('base64')}`, 'api-key': 'headersecret' },
  })
  await bench.receiver[Symbol.asyncDispose]()
  await vi.waitFor(() => expect(about('do not reach')).toHaveLength(2), WAIT)
  const said = [...lines, String(bench.h!.report()), JSON.stringify(bench.h!.report())].join('\n')
  for (const secret of secrets) expect(said).not.toContain(secret)
})

test('each reason of a failure is one line, and three at most until metrics arrive again', async () => {
  bench.receiver = await OtlpReceiver.start()
  const statuses = [401, 404, 404, 401, 500, 400, 413, 200, 401]
  bench.receiver.answer = () => ({ status: statuses[bench.receiver.received.length - 1] ?? 401 })
  const { lines } = start()
  await vi.waitFor(() => expect(bench.receiver.received.length).toBeGreaterThan(statuses.length), WAIT)
  const said = lines.map(line => /HTTP (\d+)|accepts/.exec(line)).flatMap(match => (match ? [match[1] ?? 'works'] : []))
  expect(said).toEqual(['401', '404', '500', 'works', '401'])
  expect(bench.h!.report().findings.filter(({ key }) => key === 'failed export')).toHaveLength(1)
})

test('many series go in requests of at most 1000 points', async () => {
  bench.receiver = await OtlpReceiver.start()
  const { shop } = start({ OTEL_METRIC_EXPORT_INTERVAL: '3600000', ...DELTA })
  const orders = shop.registry.counter(ORDERS as never)
  for (let n = 0; n < 1999; n++) orders.with({ n: `${n}`.padStart(1000, 'x') }).add()
  await bench.h!.stop()
  const points = bench.receiver.accepted.map(request => pointCount(request))
  expect(points.every(count => count <= 1000)).toBe(true)
  expect(points.length).toBeGreaterThan(1)
  expect(ordersIn(bench.receiver.accepted)).toBe(1999)
})

function pointCount({ resourceMetrics }: OtlpRequest): number {
  return resourceMetrics
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    .reduce((sum, metric) => sum + pointsOf(metric).length, 0)
}
