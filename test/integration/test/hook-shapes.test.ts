import { channel } from 'node:diagnostics_channel'
import { createRequire } from 'node:module'
import { afterEach, expect, it } from 'vitest'
import { BullMQInstrumentation } from '@homeostat/bullmq'
import { CacheInstrumentation } from '@homeostat/cache'
import { IORedisInstrumentation } from '@homeostat/ioredis'
import { PgInstrumentation } from '@homeostat/pg'

const require = createRequire(import.meta.url)
const DataHandler = (require('ioredis/built/DataHandler') as { default: { prototype: Hooked } }).default.prototype
const pg = require('pg') as { Client: { prototype: Hooked }; Pool: { prototype: Hooked }; Query: { prototype: Hooked } }
const bullmq = require('bullmq') as Record<'Queue' | 'Worker', { prototype: Hooked }>

type Hooked = Record<string, (this: unknown, ...args: unknown[]) => unknown>

const throwing = new Proxy(
  {},
  {
    get: () => {
      throw new Error('planted')
    },
  },
)

/** Stand-ins, subclasses and wrappers that lack what a hook looks at. */
const SHAPES: readonly unknown[] = [
  undefined,
  null,
  1,
  'text',
  Symbol('shape'),
  {},
  [],
  () => undefined,
  Object.create(null),
  { options: null },
  { options: 5, connection: 5, redis: 5, cache: 5, keys: 5, qualifiedName: 5, name: 5 },
  { redis: {} },
  { redis: { commandQueue: {} } },
  { redis: { commandQueue: { peekFront: () => undefined } } },
  { redis: { commandQueue: { peekFront: () => ({}) } } },
  { redis: { commandQueue: { peekFront: () => ({ command: { name: 'get' } }) } } },
  { redis: { commandQueue: { peekFront: () => ({ command: { name: 'get', args: ['key'] } }) } } },
  { redis: { options: null, commandQueue: { peekFront: () => ({ command: { name: 'get', args: ['key'] } }) } } },
  { connection: {}, database: 5 },
  { connection: {}, constructor: undefined },
  { totalCount: 'x', idleCount: {}, waitingCount: undefined, options: { max: Number.NaN } },
  { qualifiedName: 'bull:mails', name: 'mails', keys: {} },
  { qualifiedName: 'bull:mails', name: 5, keys: {} },
  { cache: 'x', op: 'get', get: 'hit' },
  { cache: {}, op: 'get', get: 'unheard of' },
]

const instrumentations = [
  new IORedisInstrumentation(),
  new PgInstrumentation(),
  new BullMQInstrumentation({ pollIntervalMs: 60_000 }),
  new CacheInstrumentation({ fetches: true }),
]

afterEach(() => {
  for (const instrumentation of instrumentations) instrumentation.disable()
})

/** How a call ends, whatever that is. */
function ending(call: () => unknown): string {
  try {
    const value = call()
    if (value instanceof Promise) value.catch(() => undefined)
    return `returns ${typeof value}`
  } catch (error) {
    return `throws ${(error as Error)?.constructor?.name}: ${(error as Error)?.message}`
  }
}

function callAll(shapes: readonly unknown[]): string[] {
  return shapes.flatMap(shape => [
    ending(() => DataHandler['returnReply']!.call(shape, 'reply')),
    ending(() => DataHandler['returnError']!.call(shape, new Error('reply'))),
    ending(() => pg.Client.prototype['query']!.call(shape, shape)),
    ending(() => pg.Query.prototype['submit']!.call(shape, shape)),
    ending(() => pg.Query.prototype['handleReadyForQuery']!.call(shape, shape)),
    ending(() => pg.Query.prototype['handleError']!.call(shape, shape, shape)),
    ending(() => pg.Pool.prototype['connect']!.call(shape)),
    ending(() => bullmq.Queue.prototype['getJobCounts']!.call(shape)),
    ending(() => bullmq.Worker.prototype['run']!.call(shape)),
    ending(() => channel('lru-cache:metrics').publish(shape)),
    ending(() => channel('tracing:lru-cache:start').publish(shape)),
  ])
}

function failures(): string[] {
  return instrumentations.flatMap(({ registry }) =>
    registry
      .collect()
      .metrics.filter(({ descriptor }) => descriptor.name === 'homeostat.errors')
      .flatMap(({ dataPoints }) =>
        dataPoints.map(({ attributes }) => `${registry.scope.name} ${JSON.stringify(attributes)}`),
      ),
  )
}

it('2-15: a hook relies on no shape of what it is given, and changes nothing of how a call ends', () => {
  const without = callAll(SHAPES)
  for (const instrumentation of instrumentations) instrumentation.enable()
  expect(callAll(SHAPES)).toEqual(without)
  expect(failures()).toEqual([])
  // An object that throws when it is read is contained, and counted as a failure of ours.
  const hostile = callAll([throwing])
  for (const instrumentation of instrumentations) instrumentation.disable()
  expect(hostile).toEqual(callAll([throwing]))
})
