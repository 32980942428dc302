import { BullMQInstrumentation } from '@homeostat/bullmq'
import { CacheInstrumentation } from '@homeostat/cache'
import { forecast } from '@homeostat/forecast/domain'
import { IORedisInstrumentation } from '@homeostat/ioredis'
import { ioredis } from '@homeostat/ioredis/domain'
import { PgInstrumentation } from '@homeostat/pg'
import { RuntimeInstrumentation } from '@homeostat/runtime'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

let warnings: string[] = []

beforeEach(() => {
  warnings = []
  vi.spyOn(process, 'emitWarning').mockImplementation(message => void warnings.push(String(message)))
})
afterEach(() => vi.restoreAllMocks())

type Made = { getConfig(): object }

test.each<[string, (config: never) => Made, object, RegExp]>([
  [
    'pg',
    config => new PgInstrumentation(config),
    { slowQueryThresholdMs: '20' },
    /^pg\.slowQueryThresholdMs is the text "20", .* 200 is used$/,
  ],
  [
    'pg',
    config => new PgInstrumentation(config),
    { slowQueryThreshold: 20 },
    /^pg\.slowQueryThreshold .* did you mean slowQueryThresholdMs\?$/,
  ],
  [
    'pg',
    config => new PgInstrumentation(config),
    { maxStatements: Infinity },
    /^pg\.maxStatements is Infinity, .* 500 is used$/,
  ],
  [
    'bullmq',
    config => new BullMQInstrumentation(config),
    { pollIntervalMs: Number.NaN },
    /^bullmq\.pollIntervalMs is NaN, .* 5000 is used$/,
  ],
  [
    'bullmq',
    config => new BullMQInstrumentation(config),
    { pollIntervalMs: 1 },
    /^bullmq\.pollIntervalMs is 1, but must be a whole number from 10 /,
  ],
  [
    'bullmq',
    config => new BullMQInstrumentation(config),
    { timeoutMs: 2 ** 31 },
    /^bullmq\.timeoutMs is 2147483648, .* `pollIntervalMs` is used$/,
  ],
  ['bullmq', config => new BullMQInstrumentation(config), { staleAfterPolls: 0.5 }, /^bullmq\.staleAfterPolls is 0\.5/],
  [
    'runtime',
    config => new RuntimeInstrumentation(config),
    { refreshMs: -1 },
    /^runtime\.refreshMs is -1, .* 5000 is used$/,
  ],
  ['runtime', config => new RuntimeInstrumentation(config), { windowMs: '5s' }, /^runtime\.windowMs is the text "5s"/],
  [
    'runtime',
    config => new RuntimeInstrumentation(config),
    { loopSampling: 'timers' },
    /^runtime\.loopSampling is "timers", .* did you mean timer\?$/,
  ],
  [
    'cache',
    config => new CacheInstrumentation(config),
    { names: 'memory' },
    /^cache\.names is a text of 6 characters, but must be a function/,
  ],
  [
    'ioredis',
    config => new IORedisInstrumentation(config),
    { ignoreKeyPrefixes: 'bull:' },
    /^ioredis\.ignoreKeyPrefixes is a text of 5 characters, but must be a list/,
  ],
  [
    'ioredis',
    config => new IORedisInstrumentation(config),
    { maxSeries: 0 },
    /^ioredis\.maxSeries is 0, .* 2000 is used$/,
  ],
])('2-06, 2-07: the instrumentation of %s alone refuses what homeostat() refuses (%#)', (_, make, config, line) => {
  const instrumentation = make(config as never)
  expect(warnings).toEqual([expect.stringMatching(line)])
  expect(instrumentation.getConfig()).toEqual({ enabled: false })
})

test.each([null, 5, 'x', [], new Map()])('2-05: an instrumentation alone starts with %o', config => {
  new PgInstrumentation(config as never)
  expect(warnings).toEqual([expect.stringMatching(/^pg is .*, but must be an object of options/)])
})

test('2-06: a loader that is registered later is checked as one in the options', () => {
  const redis = ioredis()
  const loader = { name: 'l', client: { pttl: () => 0, set: () => 0 }, load: () => '', ttlSeconds: 5 }
  redis.register(loader as never)[Symbol.dispose]()
  expect(warnings).toEqual(['loader.keys is missing, but must be a function; loader is left out'])
})

test('forecast() names what it cannot use, and throws for nothing', () => {
  for (const given of [null, 5, { targets: [null, Symbol('x'), Object.create(null)] }, { limits: { cpu: Number.NaN } }])
    expect(forecast(given as never).rejected.length).toBeGreaterThan(0)
})
