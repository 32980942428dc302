import { expect, test } from 'vitest'
import { readOtlpSettings } from '../../../src/doors/otlp/otlp-settings.ts'

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' }

test('the defaults are those of the specification', () => {
  expect(readOtlpSettings({})).toEqual({ settings: undefined, problems: [] })
  const { settings, problems } = readOtlpSettings(ENDPOINT)
  expect(problems).toEqual([])
  expect(settings).toMatchObject({
    shownEndpoint: 'http://collector:4318',
    headers: {},
    timeoutMs: 10_000,
    isGzip: false,
    temporality: 1,
    intervalMs: 60_000,
    exportTimeoutMs: 30_000,
  })
})

test.each([
  ['http://collector:4318', 'http://collector:4318/v1/metrics'],
  ['http://collector:4318///', 'http://collector:4318/v1/metrics'],
  ['https://collector/otlp/?k=1', 'https://collector/otlp/v1/metrics?k=1'],
  ['http://[::1]:4318', 'http://[::1]:4318/v1/metrics'],
])('%s is the base of %s', (OTEL_EXPORTER_OTLP_ENDPOINT, url) => {
  expect(readOtlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT }).settings?.url.href).toBe(url)
})

test('a variable of metrics is stronger, and its address is used as it is', () => {
  const { settings } = readOtlpSettings({
    ...ENDPOINT,
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://other:1/x',
    OTEL_EXPORTER_OTLP_TIMEOUT: '1',
    OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '2',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: 'none',
  })
  expect(settings).toMatchObject({ url: new URL('http://other:1/x'), timeoutMs: 2, isGzip: false })
})

test.each(['', ' ', 'collector:4318', 'ftp://collector', 'http://', '//collector', 'unix:/run/x'])(
  'an endpoint that is %j sends nothing',
  OTEL_EXPORTER_OTLP_ENDPOINT => {
    const { settings, problems } = readOtlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT })
    expect(settings).toBeUndefined()
    expect(problems).toHaveLength(OTEL_EXPORTER_OTLP_ENDPOINT.trim() === '' ? 0 : 1)
  },
)

test.each([
  ['OTEL_METRIC_EXPORT_INTERVAL', ['0', '-1', 'NaN', '1e12', '1m', 'Infinity']],
  ['OTEL_EXPORTER_OTLP_TIMEOUT', ['0', 'x']],
  ['OTEL_EXPORTER_OTLP_COMPRESSION', ['brotli']],
  ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', ['deltas']],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', ['http']],
  ['OTEL_EXPORTER_OTLP_HEADERS', ['a', '=b', 'a=%zz', 'a b=c', 'a=b%0Ac', 'host=evil', 'content-length=1', 'x=%E4']],
])('%s that is not valid is one line, and the default holds', (variable, values) => {
  for (const value of values) {
    const { settings, problems } = readOtlpSettings({ ...ENDPOINT, [variable]: value })
    expect(settings, value).toEqual(readOtlpSettings(ENDPOINT).settings)
    expect(problems, value).toHaveLength(1)
    expect(problems[0]).toContain(`${variable} is not valid, so `)
  }
})

test('words are read as the specification has them, whatever their case', () => {
  const words = {
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'LowMemory',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'GZIP',
  }
  expect(readOtlpSettings({ ...ENDPOINT, ...words }).settings).toMatchObject({ temporality: 0, isGzip: true })
  expect(readOtlpSettings({ ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' }).settings).toBeUndefined()
  expect(readOtlpSettings({ ...ENDPOINT, OTEL_METRICS_EXPORTER: 'console, otlp' }).settings).toBeDefined()
})
