// One process of `npm run bench -- http`: a Fastify application that reports the CPU time of its process when it is asked.
import { once } from 'node:events'
import compress from '@fastify/compress'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import Fastify from 'fastify'
import { compressionForFastify, sheddingForFastify } from '@homeostat/http'
import { http } from '@homeostat/http/domain'
import { metrics } from '@homeostat/semconv'
import { BenchReader, createMeterProvider } from '../variants/metrics-sdk.ts'
import type { ServedQuestion, ServerVariant } from './server-bench.ts'

const COLLECT_EVERY_MS = 10_000

const variant = process.argv[2] as ServerVariant
const isMeasured = variant.startsWith('ours')
const compresses = variant.endsWith('compress')

/** All that the domain does to requests while it has nothing to do: signals, network, and load shedding that watches the loop. */
function measure(): () => boolean {
  const { instrumentation } = http({ shed: true })
  const reader = new BenchReader([instrumentation.registry.producer()])
  registerInstrumentations({ instrumentations: [instrumentation], meterProvider: createMeterProvider(reader) })
  setInterval(() => void reader.collect(), COLLECT_EVERY_MS)
  return () =>
    instrumentation.registry.collect().metrics.some(({ descriptor, dataPoints }) => {
      const isServed = descriptor.name === metrics.httpServerDuration.name
      return isServed && dataPoints.some(({ attributes }) => attributes['http.route'] === '/users/:id')
    })
}

const hasMeasured = isMeasured ? measure() : (): boolean => true
const app = Fastify()
if (isMeasured) await app.register(sheddingForFastify())
// Registered, and without a client that takes a coding: there is nothing to choose.
if (compresses) await app.register(isMeasured ? compressionForFastify(compress as never) : compress)
app.get<{ Params: { id: string } }>('/users/:id', request => ({
  id: request.params.id,
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  roles: ['admin', 'author'],
}))
await app.listen({ port: 0, host: '127.0.0.1' })
const address = app.server.address()
process.send!({ port: typeof address === 'object' ? address!.port : 0 })

process.on('message', question => {
  if ((question as ServedQuestion) === 'cpu') {
    const { user, system } = process.cpuUsage()
    process.send!({ cpuUs: user + system })
  } else process.send!({ hasMeasured: hasMeasured() })
})
await once(process, 'disconnect')
process.exit()
