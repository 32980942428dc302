import { createRequire } from 'node:module'
import { attributes, metrics } from '@homeostat/semconv'
import type { Registry } from '@homeostat/signals'
import type { Redis } from 'ioredis'
import { inFlight } from '../in-flight.ts'
import type { Setup, Work } from '../measurement.ts'
import { measureAll, readTask } from '../measurement.ts'
import { RedisStubConnector } from '../transports/redis-stub.ts'

// Loaded by require, and after the instrumentation: so the peer needs no loader flag.
const require = createRequire(import.meta.url)

const IN_FLIGHT = 50
const PIPELINE = 10

/** Every fourth key is a miss. */
const keys = Array.from({ length: 64 }, (_, i) => (i % 4 === 0 ? `absent:${i}` : `product:${i}`))
const tens = keys.map((_, i) => Array.from({ length: PIPELINE }, (_unused, j) => keys[(i + j) % keys.length]!))

const variants: Record<string, () => Promise<Setup>> = {
  bare: async () => ({}),

  ours: async () => {
    const { IORedisInstrumentation } = await import('@homeostat/ioredis')
    const instrumentation = new IORedisInstrumentation()
    instrumentation.registry.producer()
    instrumentation.enable()
    return { hasMeasured: () => hasPoints(instrumentation.registry) }
  },

  'ours-meter': async () => {
    const { IORedisInstrumentation } = await import('@homeostat/ioredis')
    const { createMeterProvider } = await import('./metrics-sdk.ts')
    const instrumentation = new IORedisInstrumentation()
    instrumentation.setMeterProvider(createMeterProvider())
    instrumentation.enable()
    return { hasMeasured: () => hasPoints(instrumentation.registry) }
  },

  peer: async () => {
    const { IORedisInstrumentation } = await import('@opentelemetry/instrumentation-ioredis')
    const { isWrapped } = await import('@opentelemetry/instrumentation')
    const { startPeer } = await import('./peer-sdk.ts')
    const within = startPeer(new IORedisInstrumentation())
    return { within, hasMeasured: () => isWrapped(require('ioredis').Redis.prototype.sendCommand) }
  },

  naive: async () => {
    const { createMeterProvider } = await import('./metrics-sdk.ts')
    const requests = createMeterProvider().getMeter('bench').createCounter('requests')
    interface Handler {
      returnReply(reply: unknown): void
      readonly redis: {
        readonly commandQueue: { peekFront(): { readonly command: { readonly name: string } } | undefined }
      }
    }
    const { default: DataHandler } = require('ioredis/built/DataHandler') as { default: { prototype: Handler } }
    const original = DataHandler.prototype.returnReply
    DataHandler.prototype.returnReply = function returnReply(reply) {
      const command = this.redis.commandQueue.peekFront()?.command
      requests.add(1, {
        [attributes.dbSystemName]: 'redis',
        'db.operation.name': command?.name,
        [attributes.cacheResult]: reply === null ? 'miss' : 'hit',
      })
      return original.call(this, reply)
    }
    return {}
  },
}

function hasPoints(registry: Registry): boolean {
  const metric = registry.collect().metrics.find(({ descriptor }) => descriptor.name === metrics.cacheRequests.name)
  return metric !== undefined && metric.dataPoints.length > 0
}

function worksOf(redis: Redis): Record<string, Work> {
  return {
    GET: operations => inFlight(IN_FLIGHT, operations, i => redis.get(keys[i % keys.length]!)),
    SET: operations => inFlight(IN_FLIGHT, operations, i => redis.set(keys[i % keys.length]!, 'value')),
    MGET10: operations => inFlight(IN_FLIGHT, operations, i => redis.mget(tens[i % tens.length]!)),
    // Counted by command, and as many commands in flight as on the other paths.
    PIPE10: operations =>
      inFlight(IN_FLIGHT / PIPELINE, Math.ceil(operations / PIPELINE), i => {
        const pipeline = redis.pipeline()
        for (const key of tens[i % tens.length]!) pipeline.get(key)
        return pipeline.exec()
      }),
  }
}

const task = readTask()
const setup = await variants[task.variant]!()
const { within = work => work() } = setup
const { Redis: Client } = require('ioredis') as typeof import('ioredis')
const redis = new Client({ Connector: RedisStubConnector as never, lazyConnect: true })
await redis.connect()
const works = worksOf(redis)
await measureAll(task, path => ({ work: operations => within(() => works[path]!(operations)) }), setup)
