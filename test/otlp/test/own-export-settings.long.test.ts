import { expect, test, vi } from 'vitest'
import { certificatePath, OtlpReceiver } from '../src/index.ts'
import { bench, endAfterEach, start, WAIT } from './own-export-bench.ts'

endAfterEach()

test('gzip, headers and the number of rejected points', async () => {
  bench.receiver = await OtlpReceiver.start()
  bench.receiver.answer = () => ({
    body: '{"partialSuccess":{"rejectedDataPoints":"12","errorMessage":"a secret of somebody"}}',
  })
  const { lines } = start({
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=gen%20eral,x-other=1',
    OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'x-tenant=shop%2C1',
  })
  await vi.waitFor(() => expect(lines.join('\n')).toContain('rejected 12 of its data points'), WAIT)
  await vi.waitFor(() => expect(bench.receiver.received.length).toBeGreaterThan(2), WAIT)
  expect(bench.receiver.received[0]!.headers).toMatchObject({
    'content-encoding': 'gzip',
    'x-tenant': 'shop,1',
    'x-other': '1',
  })
  expect(bench.receiver.received[0]!.bytes).toBeLessThan(bench.receiver.received[0]!.text.length / 3)
  expect(lines.filter(line => line.includes('rejected'))).toHaveLength(1)
  expect(lines.join()).not.toContain('a secret')
})

test.each([
  ['OTEL_SDK_DISABLED', 'true'],
  ['OTEL_METRICS_EXPORTER', 'none'],
  ['OTEL_METRICS_EXPORTER', 'prometheus'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', ''],
])('nothing is sent with %s=%s', async (variable, value) => {
  bench.receiver = await OtlpReceiver.start()
  const { shop } = start({ [variable]: value })
  shop.orders.add()
  await new Promise(resolve => setTimeout(resolve, 500))
  await bench.h!.stop()
  expect(bench.receiver.received).toEqual([])
})

test('an endpoint of gRPC, and one that is not an address, give one line that says what to change', async () => {
  bench.receiver = await OtlpReceiver.start()
  const grpc = start({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_METRIC_EXPORT_INTERVAL: '' })
  await bench.h!.stop()
  expect(grpc.lines.join('\n')).toContain('set OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/json')
  const wrong = start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'user:hunter2@collector' })
  await bench.h!.stop()
  expect(wrong.lines.join('\n')).toContain(
    'OTEL_EXPORTER_OTLP_ENDPOINT is not valid, so nothing is exported; expected an http or https URL',
  )
  expect(wrong.lines.join('\n')).not.toContain('hunter2')
  expect(bench.receiver.received).toEqual([])
})

test('a private authority and a certificate of our own come from the files of the variables', async () => {
  bench.receiver = await OtlpReceiver.start(0, { isSecure: true })
  const files = {
    OTEL_EXPORTER_OTLP_CERTIFICATE: certificatePath('certificate'),
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: certificatePath('certificate'),
    OTEL_EXPORTER_OTLP_CLIENT_KEY: certificatePath('key'),
  }
  start(files)
  await vi.waitFor(() => expect(bench.receiver.accepted.length).toBeGreaterThan(1), WAIT)
  await bench.h!.stop()

  const { lines } = start({ ...files, OTEL_EXPORTER_OTLP_CERTIFICATE: '', OTEL_METRIC_EXPORT_TIMEOUT: '300' })
  await vi.waitFor(() => expect(lines.join('\n')).toMatch(/cannot be reached \((?:DEPTH|SELF|UNABLE)_/), WAIT)
  await bench.h!.stop()

  const missing = start({ ...files, OTEL_EXPORTER_OTLP_CLIENT_KEY: '/nowhere/hunter2.pem' })
  await vi.waitFor(
    () => expect(missing.lines.join('\n')).toContain('cannot be used (ENOENT), so nothing is exported'),
    WAIT,
  )
  expect(missing.lines.join('\n')).not.toContain('hunter2')
})
