import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { metricsIn, OtlpReceiver, pointsOf, resourceOf, type OtlpMetric, type OtlpRequest } from '../src/index.ts'

const DATADOG = fileURLToPath(new URL('../../datadog/', import.meta.url))
const APPLICATION = fileURLToPath(new URL('../src/applications/datadog.cjs', import.meta.url))

/** Stands in for the Agent of Datadog: it takes OTLP, and traces as they come. */
let otlp: OtlpReceiver
let agent: Server
let traces: string

beforeEach(async () => {
  traces = ''
  otlp = await OtlpReceiver.start()
  agent = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => {
      if (request.url!.includes('/traces')) traces += chunk.toString('latin1')
    })
    request.on('end', () => response.end('{}'))
  })
  await new Promise<void>(resolve => agent.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  expect(otlp.problems).toEqual([])
  await otlp[Symbol.asyncDispose]()
  agent.closeAllConnections()
  await new Promise(resolve => agent.close(resolve))
})

async function run(variables: Record<string, string> = {}): Promise<{ findings: { key: string }[]; stderr: string }> {
  const flags = ['--require', `${DATADOG}node_modules/dd-trace/init.js`, '--import', 'homeostat/register']
  const { port } = agent.address() as AddressInfo
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...flags, APPLICATION], {
    cwd: fileURLToPath(new URL('../', import.meta.url)),
    env: {
      PATH: process.env['PATH'],
      DATADOG_FOLDER: `${DATADOG}package.json`,
      DD_METRICS_OTEL_ENABLED: 'true',
      DD_TRACE_AGENT_URL: `http://127.0.0.1:${port}`,
      DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
      DD_REMOTE_CONFIGURATION_ENABLED: 'false',
      DD_SERVICE: 'shop',
      DD_ENV: 'test',
      DD_VERSION: '4',
      OTEL_EXPORTER_OTLP_ENDPOINT: otlp.endpoint,
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      OTEL_METRIC_EXPORT_TIMEOUT: '400',
      HOMEOSTAT_INTERVAL_MS: '200',
      RUNS_MS: '4000',
      ...variables,
    },
  })
  const { report } = JSON.parse(stdout.trim().split('\n').at(-1)!) as { report: { findings: { key: string }[] } }
  return { findings: report.findings, stderr }
}

/** What dd-trace has sent, by protobuf, and what Homeostat has. */
function bySender(): { theirs: OtlpRequest[]; ours: OtlpRequest[] } {
  const isOurs = ({ headers }: OtlpReceiver['received'][number]): boolean =>
    headers['user-agent']!.startsWith('homeostat')
  return {
    theirs: otlp.received.filter(each => !isOurs(each)).map(({ request }) => request),
    ours: otlp.received.filter(isOurs).map(({ request }) => request),
  }
}

const allIn = (requests: readonly OtlpRequest[]): OtlpMetric[] =>
  requests.flatMap(({ resourceMetrics }) =>
    resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(scope => scope.metrics)),
  )
const namesIn = (requests: readonly OtlpRequest[]): Set<string> => new Set(allIn(requests).map(({ name }) => name))

test('beside dd-trace, counters and levels go through its Meter and histograms to its Agent, each once', async () => {
  const { findings, stderr } = await run()
  const { theirs, ours } = bySender()
  const [theirNames, ourNames] = [namesIn(theirs), namesIn(ours)]
  expect([...theirNames]).toEqual(
    expect.arrayContaining(['shop.orders', 'nodejs.eventloop.utilization', 'homeostat.heartbeat']),
  )
  expect(ourNames).toContain('homeostat.tick.duration')
  expect([...ourNames].filter(name => theirNames.has(name))).toEqual([])

  // What Datadog asks of OTLP metrics: deltas of counters and histograms, with the names of unified service tagging.
  // https://docs.datadoghq.com/opentelemetry/guide/otlp_delta_temporality/
  const counts = allIn([...theirs, ...ours]).filter(({ sum, histogram }) => sum?.isMonotonic === true || histogram)
  expect(counts.filter(({ sum, histogram }) => (sum ?? histogram)!.aggregationTemporality !== 1)).toEqual([])
  expect(counts.map(({ name }) => name)).toContain('homeostat.heartbeat')
  const histograms = metricsIn(ours, 'homeostat.tick.duration')
  expect(histograms.length).toBeGreaterThan(2)
  const points = histograms.flatMap(pointsOf)
  // dd-trace itself would put all of them into the bucket up to 5 s.
  expect(points.every(({ explicitBounds }) => explicitBounds![0]! < 1)).toBe(true)
  expect(points.every(({ startTimeUnixNano, timeUnixNano }) => startTimeUnixNano < timeUnixNano)).toBe(true)
  expect(resourceOf(ours[0]!)).toMatchObject({
    'service.name': 'shop',
    'deployment.environment.name': 'test',
    'service.version': '4',
  })
  const own = metricsIn(theirs, 'shop.orders').flatMap(pointsOf)
  expect(own.reduce((sum, { asInt = '0', asDouble = 0 }) => sum + Number(asInt) + asDouble, 0)).toBe(7)

  expect(stderr).toContain(`exports through dd-trace, and histograms to ${otlp.endpoint}`)
  expect(findings.map(({ key }) => key).toSorted()).toEqual(['hidden API', 'no reader', 'own export'])
})

test('dd-trace makes spans of the request of the application, and none of our exports', async () => {
  await run({ DD_TRACE_FLUSH_INTERVAL: '100' })
  expect(bySender().ours.length).toBeGreaterThan(2)
  expect(traces).toContain('http.request')
  expect(traces).not.toContain(String(otlp.port))
})

test('without DD_METRICS_OTEL_ENABLED, everything of ours goes to the endpoint', async () => {
  await run({ DD_METRICS_OTEL_ENABLED: 'false' })
  const { theirs, ours } = bySender()
  expect(theirs).toEqual([])
  expect([...namesIn(ours)]).toEqual(
    expect.arrayContaining(['homeostat.tick.duration', 'nodejs.eventloop.utilization', 'homeostat.heartbeat']),
  )
})
