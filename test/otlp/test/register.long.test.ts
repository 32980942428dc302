import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { metricsIn, OtlpReceiver, resourceOf } from '../src/index.ts'

const application = (name: string): string => fileURLToPath(new URL(`../src/applications/${name}`, import.meta.url))

let receiver: OtlpReceiver

beforeEach(async () => {
  receiver = await OtlpReceiver.start()
})
afterEach(async () => {
  expect(receiver.problems).toEqual([])
  await receiver[Symbol.asyncDispose]()
})

/** The application with one flag. */
async function run(name: string, variables: Record<string, string> = {}): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, ['--import', 'homeostat/register', application(name)], {
    cwd: fileURLToPath(new URL('../', import.meta.url)),
    env: { PATH: process.env['PATH'], OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, ...variables },
  })
}

test('one flag and one variable: the metrics of an application without an SDK arrive', async () => {
  const { stdout, stderr } = await run('short.mjs', {
    RUNS_MS: '2000',
    OTEL_METRIC_EXPORT_INTERVAL: '300',
    OTEL_SERVICE_NAME: 'shop',
    HOMEOSTAT_INTERVAL_MS: '200',
  })
  expect(stdout).toBe('done\n')
  expect(receiver.accepted.length).toBeGreaterThan(2)
  expect(metricsIn(receiver.accepted, 'nodejs.eventloop.delay.max').length).toBeGreaterThan(0)
  expect(resourceOf(receiver.accepted[0]!)['service.name']).toBe('shop')
  expect(stderr).toContain(`sends its own metrics as OTLP/HTTP JSON to ${receiver.endpoint}, every 0.3 s`)
  expect(stderr).not.toContain('SDK has started for 30 s')
})

test('an application that ends before the first export is due exports once', async () => {
  await run('short.mjs', { RUNS_MS: '300' })
  expect(receiver.accepted).toHaveLength(1)
})

test('a receiver that never answers keeps the end of an application for five seconds at most', async () => {
  receiver.answer = () => ({ afterMs: 60_000 })
  const began = performance.now()
  const { stderr } = await run('short.mjs', { RUNS_MS: '300' })
  expect(receiver.received).toHaveLength(1)
  expect(performance.now() - began).toBeLessThan(20_000)
  expect(stderr).toContain(`metrics do not reach ${receiver.endpoint}: it has not answered within 5000 ms\n`)
})

test('a receiver that is not there is asked once at the end of an application, and reported', async () => {
  const { stderr } = await run('short.mjs', { RUNS_MS: '300', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:9' })
  const lines = stderr.split('\n').filter(line => line.includes('do not reach'))
  expect(lines).toEqual(['homeostat: metrics do not reach http://localhost:9: nothing listens there (ECONNREFUSED)'])
})

test('tracers make no spans of exports', async () => {
  const { stdout } = await run('traced.cjs', { OTEL_METRIC_EXPORT_INTERVAL: '200' })
  expect(receiver.accepted.length).toBeGreaterThan(3)
  const spans = JSON.parse(stdout.trim().split('\n').at(-1)!) as string[]
  // Both requests of the application, by client and server.
  expect(spans.toSorted()).toEqual(['1 GET', '1 GET', '2 GET', '2 GET'])
})

test('no credential of the address or the headers is written anywhere', async () => {
  const secrets = ['hunter2', 'query-secret', 'header-secret', 'other-secret']
  const outputs = await Promise.all(
    [
      `http://u:hunter2@127.0.0.1:${receiver.port}/?t=query-secret`,
      'http://u:hunter2@127.0.0.1:9/?t=query-secret',
      'u:hunter2@127.0.0.1:9/query-secret',
      'http://u:hunter2@query-secret:99999/',
    ].map(OTEL_EXPORTER_OTLP_ENDPOINT =>
      run('short.mjs', {
        RUNS_MS: '700',
        OTEL_METRIC_EXPORT_INTERVAL: '200',
        OTEL_METRIC_EXPORT_TIMEOUT: '200',
        OTEL_EXPORTER_OTLP_ENDPOINT,
        OTEL_LOG_LEVEL: 'debug',
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=header-secret,bad\u00e9name=other-secret,x=%zz-other-secret',
        OTEL_EXPORTER_OTLP_COMPRESSION: 'other-secret',
        OTEL_EXPORTER_OTLP_TIMEOUT: 'other-secret',
      }),
    ),
  )
  const text = outputs.map(({ stdout, stderr }) => stdout + stderr).join('\n')
  expect(text).toContain('do not reach http://127.0.0.1:9')
  for (const secret of secrets) expect(text).not.toContain(secret)
})
