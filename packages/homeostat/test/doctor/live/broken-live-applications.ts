import type { LiveApplication } from './live-application.ts'

const STAY = '\nREADY\nsetInterval(() => {}, 1000)\n'

/** A provider with one reader that never exports by itself. */
const PROVIDER = `
const { metrics } = require('@opentelemetry/api')
const { MeterProvider, PeriodicExportingMetricReader, ConsoleMetricExporter } = require('@opentelemetry/sdk-metrics')
const reader = () => new PeriodicExportingMetricReader({ exporter: new ConsoleMetricExporter(), exportIntervalMillis: 3600000 })
`
const REGISTERED = `${PROVIDER}metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader()] }))\n`
const IOREDIS = `
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { IORedisInstrumentation } = require('@opentelemetry/instrumentation-ioredis')
registerInstrumentations({ instrumentations: [new IORedisInstrumentation()] })
`

function otlp(url: string, preference: string): string {
  return `${PROVIDER}
const { OTLPMetricExporter, AggregationTemporalityPreference } = require('@opentelemetry/exporter-metrics-otlp-http')
const exporter = new OTLPMetricExporter({ url: '${url}', temporalityPreference: AggregationTemporalityPreference.${preference} })
metrics.setGlobalMeterProvider(new MeterProvider({
  readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3600000 })],
}))${STAY}`
}

function server(attributes: string): string {
  return `${REGISTERED}
const http = require('node:http')
const duration = metrics.getMeter('shop.http').createHistogram('http.server.request.duration')
const app = http.createServer((request, response) => {
  response.statusCode = request.url === '/missing' ? 404 : 200
  response.end()
  duration.record(0.01, { 'http.request.method': 'GET', 'http.response.status_code': response.statusCode, ${attributes} })
})
app.listen(0, '127.0.0.1', async () => {
  for (const path of ['/users/1', '/users/2', '/missing']) await fetch('http://127.0.0.1:' + app.address().port + path)
  READY
})
`
}

/** One application for each check of running processes: it has that fault and no other one. */
export const brokenLiveApplications: Readonly<Record<string, LiveApplication>> = {
  'otel-not-loaded': { files: { 'app.cjs': `require('pg')${STAY}` } },
  'provider-missing': {
    files: { 'app.cjs': `${PROVIDER}metrics.getMeter('shop').createCounter('orders').add(1)${STAY}` },
  },
  'provider-hidden': {
    sdk: 'sdk-2',
    linked: { 'cart/node_modules/@opentelemetry/api': { sdk: 'sdk-3', name: '@opentelemetry/api' } },
    installed: {
      'cart/package.json': '{ "name": "cart", "version": "1.0.0" }',
      'cart/index.js':
        "module.exports = require('@opentelemetry/api').metrics.getMeter('cart').createCounter('carts')\n",
    },
    files: { 'app.cjs': `${REGISTERED}require('cart').add(1)${STAY}` },
  },
  'provider-without-reader': {
    files: { 'app.cjs': `${PROVIDER}metrics.setGlobalMeterProvider(new MeterProvider())${STAY}` },
  },
  'reader-delta-to-prometheus': {
    sdk: 'sdk-2',
    files: { 'app.cjs': otlp('http://127.0.0.1:9/api/v1/otlp/v1/metrics', 'DELTA') },
  },
  'reader-cumulative-to-datadog': {
    sdk: 'sdk-3 with OTLP',
    files: { 'app.cjs': otlp('https://otlp.datadoghq.com/v1/metrics', 'CUMULATIVE') },
  },
  'histogram-reset-by-reader': {
    files: {
      'app.cjs': `${PROVIDER}
const meterProvider = new MeterProvider({ readers: [reader(), reader()] })
metrics.setGlobalMeterProvider(meterProvider)
const { RuntimeNodeInstrumentation } = require('@opentelemetry/instrumentation-runtime-node')
require('@opentelemetry/instrumentation').registerInstrumentations({
  meterProvider,
  instrumentations: [new RuntimeNodeInstrumentation()],
})${STAY}`,
    },
  },
  'instrumentation-late': {
    files: { 'app.cjs': `require('ioredis')\n${REGISTERED}${IOREDIS}${STAY}` },
  },
  'instrumentation-import-unhooked': {
    flags: ['--import', './otel.mjs'],
    files: {
      'app.mjs': `import Redis from 'ioredis'\nconsole.log(typeof Redis)\n${STAY}`,
      'otel.mjs': `
import { metrics } from '@opentelemetry/api'
import { MeterProvider, PeriodicExportingMetricReader, ConsoleMetricExporter } from '@opentelemetry/sdk-metrics'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis'
const exporter = new ConsoleMetricExporter()
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3600000 })
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
registerInstrumentations({ instrumentations: [new IORedisInstrumentation()] })
`,
    },
  },
  'instrumentation-library-bundled': {
    files: { 'app.cjs': `${REGISTERED}${IOREDIS}console.log(typeof require('ioredis'))${STAY}` },
    external: ['@opentelemetry/*'],
  },
  'instrumentation-version': {
    installed: {
      'ioredis/package.json': '{ "name": "ioredis", "version": "99.0.0", "main": "index.js" }',
      'ioredis/index.js': 'module.exports = class Redis { sendCommand() {} connect() {} }\n',
    },
    files: { 'app.cjs': `${REGISTERED}${IOREDIS}require('ioredis')${STAY}` },
  },
  'instrumentation-without-effect': {
    files: {
      'app.cjs': `${REGISTERED}${IOREDIS}
require('node:module')._load(require.resolve('ioredis'), module, false)${STAY}`,
    },
  },
  'instrumentation-registered-twice': {
    files: { 'app.cjs': `${REGISTERED}${IOREDIS}new IORedisInstrumentation().enable()\nrequire('ioredis')${STAY}` },
  },
  'metric-doubled': {
    files: {
      'app.cjs': `${REGISTERED}
for (const scope of ['shop', 'old-shop']) metrics.getMeter(scope).createCounter('shop.orders').add(1)${STAY}`,
    },
  },
  'cardinality-high': {
    files: {
      'app.cjs': `${REGISTERED}
const orders = metrics.getMeter('shop').createCounter('shop.orders')
for (let user = 0; user < 1500; user++) orders.add(1, { 'user.id': 'secret-' + user, 'shop.tier': user % 3 })${STAY}`,
    },
  },
  'route-missing': { files: { 'app.cjs': server("'url.scheme': 'http'") } },
  'homeostat-not-registered': {
    files: {
      'app.cjs': `${PROVIDER}
const { homeostat } = require('homeostat')
const h = homeostat({ mode: 'off' })
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [h.attach(reader())] }))${STAY}`,
    },
  },
  'homeostat-unseen': {
    flags: ['--import', 'homeostat/register'],
    files: { 'app.cjs': `${REGISTERED}new (require('pg').Pool)()${STAY}` },
    external: ['@opentelemetry/*', 'homeostat'],
  },
}

/** Applications without a fault. */
export const healthyLiveApplications: Readonly<Record<string, LiveApplication>> = {
  'CommonJS with an instrumented library': {
    files: { 'app.cjs': `${REGISTERED}${IOREDIS}require('ioredis')${STAY}` },
  },
  'SDK 2 with one reader': {
    sdk: 'sdk-2',
    files: { 'app.cjs': `${REGISTERED}metrics.getMeter('shop').createCounter('shop.orders').add(1)${STAY}` },
  },
  'ES modules with the hook': {
    flags: ['--import', './hook.mjs', '--import', './otel.mjs'],
    files: {
      'app.mjs': `import Redis from 'ioredis'\nconsole.log(typeof Redis)\n${STAY}`,
      'hook.mjs':
        "import { register } from 'node:module'\nregister('@opentelemetry/instrumentation/hook.mjs', import.meta.url)\n",
      'otel.mjs': `
import { metrics } from '@opentelemetry/api'
import { MeterProvider, PeriodicExportingMetricReader, ConsoleMetricExporter } from '@opentelemetry/sdk-metrics'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis'
const exporter = new ConsoleMetricExporter()
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3600000 })
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
registerInstrumentations({ instrumentations: [new IORedisInstrumentation()] })
`,
    },
  },
  'ES modules whose library is patched in an inner file': {
    flags: ['--import', './otel.mjs'],
    files: {
      'app.mjs': `import pg from 'pg'\nconsole.log(typeof pg)\n${STAY}`,
      'otel.mjs': `
import { metrics } from '@opentelemetry/api'
import { MeterProvider, PeriodicExportingMetricReader, ConsoleMetricExporter } from '@opentelemetry/sdk-metrics'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
const exporter = new ConsoleMetricExporter()
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3600000 })
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
registerInstrumentations({ instrumentations: [new PgInstrumentation()] })
`,
    },
  },
  'an instrumentation whose library is not used': {
    files: { 'app.cjs': `${REGISTERED}${IOREDIS}${STAY}` },
  },
  'delta to Datadog': {
    sdk: 'sdk-3 with OTLP',
    files: { 'app.cjs': otlp('https://otlp.datadoghq.com/v1/metrics', 'DELTA') },
  },
  'cumulative to Prometheus': {
    sdk: 'sdk-2',
    files: { 'app.cjs': otlp('http://127.0.0.1:9090/api/v1/otlp/v1/metrics', 'CUMULATIVE') },
  },
  'runtime metrics with one reader': {
    files: {
      'app.cjs': `${REGISTERED}
const { RuntimeNodeInstrumentation } = require('@opentelemetry/instrumentation-runtime-node')
require('@opentelemetry/instrumentation').registerInstrumentations({ instrumentations: [new RuntimeNodeInstrumentation()] })${STAY}`,
    },
  },
  'two databases under one metric name': {
    files: {
      'app.cjs': `${REGISTERED}
for (const system of ['postgresql', 'redis'])
  metrics.getMeter(system).createHistogram('db.client.operation.duration').record(1, { 'db.system.name': system })${STAY}`,
    },
  },
  'a server with routes': {
    files: { 'app.cjs': server("...(response.statusCode === 404 ? {} : { 'http.route': '/users/:id' })") },
  },
  'as many series as are usual': {
    files: {
      'app.cjs': `${REGISTERED}
const orders = metrics.getMeter('shop').createCounter('shop.orders')
for (let shop = 0; shop < 500; shop++) orders.add(1, { 'shop.id': shop })${STAY}`,
    },
  },
  'Homeostat by one flag': {
    flags: ['--import', 'homeostat/register'],
    files: { 'app.cjs': `${REGISTERED}new (require('pg').Pool)()${STAY}` },
  },
  'Homeostat without an SDK': {
    flags: ['--import', 'homeostat/register'],
    files: { 'app.cjs': `new (require('pg').Pool)()${STAY}` },
  },
}
