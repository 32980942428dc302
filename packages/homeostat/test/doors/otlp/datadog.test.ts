import { expect, test } from 'vitest'
import { datadogDefaults, isDatadogProvider } from '../../../src/doors/otlp/datadog.ts'
import { readOtlpSettings } from '../../../src/doors/otlp/otlp-settings.ts'

test.each([
  [{}, 'http://127.0.0.1:4318/v1/metrics'],
  [{ DD_AGENT_HOST: 'agent' }, 'http://agent:4318/v1/metrics'],
  [{ DD_AGENT_HOST: '::1' }, 'http://[::1]:4318/v1/metrics'],
  [{ DD_TRACE_AGENT_URL: 'http://agent:8126' }, 'http://agent:4318/v1/metrics'],
  [{ DD_TRACE_AGENT_URL: 'unix:///var/run/datadog/apm.socket' }, 'http://127.0.0.1:4318/v1/metrics'],
  [{ DD_TRACE_AGENT_URL: 'not an address' }, 'http://127.0.0.1:4318/v1/metrics'],
  [{ DD_AGENT_HOST: 'a', DD_TRACE_AGENT_URL: 'http://b:8126' }, 'http://a:4318/v1/metrics'],
  [{ DD_AGENT_HOST: 'a', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://b:1' }, 'http://b:1/v1/metrics'],
])('with %j, histograms go to %s', (environment, address) => {
  const { settings } = readOtlpSettings(environment, datadogDefaults(environment))
  expect(settings).toMatchObject({ url: new URL(address), temporality: 0, intervalMs: 10_000 })
})

test('a host that is not one sends nothing', () => {
  expect(datadogDefaults({ DD_AGENT_HOST: 'a b/c' }).url).toBeUndefined()
})

test.each([undefined, {}, { reader: null }, { reader: { addBatchObservableCallback: () => undefined } }])(
  'the provider %j is not the one of dd-trace',
  provider => {
    expect(isDatadogProvider(provider)).toBe(false)
  },
)
