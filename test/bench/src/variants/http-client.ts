import { subscribe } from 'node:diagnostics_channel'
import { metrics } from '@homeostat/semconv'
import type { Registry } from '@homeostat/signals'
import { Pool } from 'undici'
import { inFlight } from '../in-flight.ts'
import type { Setup, Work } from '../measurement.ts'
import { measureAll, readTask } from '../measurement.ts'
import { HttpStub } from '../transports/http-stub.ts'

const IN_FLIGHT = 10
const ORIGIN = 'http://shop.internal:3000'

const variants: Record<string, () => Promise<Setup>> = {
  bare: async () => ({}),

  ours: async () => {
    const { HttpInstrumentation } = await import('@homeostat/http')
    const instrumentation = new HttpInstrumentation()
    instrumentation.registry.producer()
    instrumentation.enable()
    return { hasMeasured: () => hasPoints(instrumentation.registry) }
  },

  'ours-meter': async () => {
    const { HttpInstrumentation } = await import('@homeostat/http')
    const { createMeterProvider } = await import('./metrics-sdk.ts')
    const instrumentation = new HttpInstrumentation()
    instrumentation.setMeterProvider(createMeterProvider())
    instrumentation.enable()
    return { hasMeasured: () => hasPoints(instrumentation.registry) }
  },

  // Without a tracer provider: its spans are the API's empty ones, and what is left is what its metric costs.
  peer: async () => {
    const { UndiciInstrumentation } = await import('@opentelemetry/instrumentation-undici')
    const { BenchReader, createMeterProvider } = await import('./metrics-sdk.ts')
    const reader = new BenchReader()
    const instrumentation = new UndiciInstrumentation()
    instrumentation.setMeterProvider(createMeterProvider(reader))
    instrumentation.enable()
    let sees = false
    subscribe('undici:request:create', () => (sees = true))
    return { hasMeasured: () => sees }
  },
}

function hasPoints(registry: Registry): boolean {
  const metric = registry
    .collect()
    .metrics.find(({ descriptor }) => descriptor.name === metrics.httpClientRequestDuration.name)
  return metric !== undefined && metric.dataPoints.length > 0
}

const request = { path: '/products/42?view=full', method: 'GET', headers: { accept: 'application/json' } } as const

function worksOf(pool: Pool): Record<string, Work> {
  return {
    undici: operations =>
      inFlight(IN_FLIGHT, operations, async () => {
        const { body } = await pool.request(request)
        await body.dump()
      }),
  }
}

const task = readTask()
const setup = await variants[task.variant]!()
const pool = new Pool(ORIGIN, {
  connections: IN_FLIGHT,
  connect: (_options, callback) => void setImmediate(() => callback(null, new HttpStub() as never)),
})
const works = worksOf(pool)
await measureAll(task, path => ({ work: works[path]! }), setup)
