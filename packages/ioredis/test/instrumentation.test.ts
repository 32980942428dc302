import { startRedis, type Redis as Server } from '@homeostat/services'
import { Redis as Redis6 } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { IORedisInstrumentation } from '../src/index.ts'
import { majors, type ClientOptions } from './clients.ts'
import { countsOf, faultsOf } from './counts.ts'

let server: Server
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

describe.each(majors)('$major', ({ Redis }) => {
  let instrumentation: IORedisInstrumentation
  let redis: InstanceType<typeof Redis>
  const clients: InstanceType<typeof Redis>[] = []
  const connect = (options: ClientOptions = {}): InstanceType<typeof Redis> => {
    const client = new Redis(server.url, options)
    clients.push(client)
    return client
  }

  beforeEach(async () => {
    instrumentation = new IORedisInstrumentation()
    instrumentation.enable()
    redis = connect({ keyPrefix: `${crypto.randomUUID()}:` })
    await redis.mset('a', '1', 'b', '2')
    await redis.hset('h', { f: '1', g: '2' })
    await redis.zadd('z', 5, 'm')
    await redis.rpush('l', 'x')
  })
  afterEach(() => {
    instrumentation.disable()
    for (const client of clients.splice(0)) client.disconnect()
  })
  const counts = (): { hit: number; miss: number } => countsOf(instrumentation)

  test('a value is a hit and null is a miss', async () => {
    await Promise.all([redis.get('a'), redis.get('none'), redis.getBuffer('a'), redis.getBuffer('none')])
    await Promise.all([redis.getex('a'), redis.hget('h', 'f'), redis.hget('h', 'none'), redis.hget('none', 'f')])
    await Promise.all([redis.zscore('z', 'm'), redis.zscore('z', 'none'), redis.lindex('l', 0), redis.lindex('l', 9)])
    expect(await redis.getdel('b')).toBe('2')
    expect(await redis.getdel('b')).toBe(null)
    expect(counts()).toEqual({ hit: 7, miss: 7 })
  })

  test('MGET and HMGET count each element, EXISTS each key', async () => {
    await redis.mget('a', 'b', 'none', 'a')
    await redis.mgetBuffer(['a', 'none'])
    await redis.hmget('h', 'f', 'none')
    await redis.exists('a', 'b', 'none')
    expect(counts()).toEqual({ hit: 3 + 1 + 1 + 2, miss: 1 + 1 + 1 + 1 })
  })

  test('an empty hash and an empty range are misses', async () => {
    expect(await redis.hgetall('h')).toEqual({ f: '1', g: '2' })
    expect(await redis.hgetall('none')).toEqual({})
    await redis.getrange('a', 0, 3)
    await redis.getrange('none', 0, 3)
    expect(counts()).toEqual({ hit: 2, miss: 2 })
  })

  test('writes, scripts and errors do not count as lookups', async () => {
    await redis.set('c', '1')
    await redis.incr('c')
    expect(await redis.eval('return redis.call("GET", KEYS[1])', 1, 'a')).toBe('1')
    await expect(redis.get('h')).rejects.toThrow(/WRONGTYPE/)
    await expect(redis.hget('a', 'f')).rejects.toThrow(/WRONGTYPE/)
    expect(counts()).toEqual({ hit: 0, miss: 0 })
  })

  test('call() counts in lower case and in capitals', async () => {
    await redis.call('GET', 'a')
    await redis.call('get', 'a')
    expect(counts().hit + counts().miss).toBe(2)
  })

  test('a pipeline counts each of its lookups once', async () => {
    await redis.pipeline().get('a').set('c', '1').get('none').mget('a', 'none').get('h').get('b').exec()
    expect(counts()).toEqual({ hit: 3, miss: 2 })
  })

  test('auto-pipelining counts each lookup once', async () => {
    const client = connect({ enableAutoPipelining: true })
    await client.set('auto', '1')
    await Promise.all(Array.from({ length: 20 }, (_, i) => client.get(i % 2 ? 'auto' : 'none')))
    expect(counts()).toEqual({ hit: 10, miss: 10 })
  })

  test('a transaction counts the real values, once', async () => {
    const result = await redis.multi().get('a').set('c', 'QUEUED').get('none').get('c').mget('a', 'none').exec()
    expect(result?.map(([, value]) => value)).toEqual(['1', 'OK', null, 'QUEUED', ['1', null]])
    expect(counts()).toEqual({ hit: 3, miss: 2 })
  })

  test('a transaction without a pipeline counts the real values, once', async () => {
    await redis.multi({ pipeline: false })
    await redis.get('a')
    await redis.get('none')
    expect(await redis.exec()).toEqual([
      [null, '1'],
      [null, null],
    ])
    await redis.get('a')
    expect(counts()).toEqual({ hit: 2, miss: 1 })
  })

  test('a discarded, a failed and a watched transaction count nothing, and what follows counts again', async () => {
    await redis.multi({ pipeline: false })
    await redis.get('a')
    await redis.discard()
    await redis.set('queued', 'QUEUED')
    await redis.get('queued')
    expect(counts()).toEqual({ hit: 1, miss: 0 })

    await redis.multi({ pipeline: false })
    await redis.get('a')
    await expect(redis.call('no-such-command')).rejects.toThrow(/unknown command/)
    await expect(redis.exec()).rejects.toThrow(/EXECABORT/)
    await redis.get('queued')
    expect(counts()).toEqual({ hit: 2, miss: 0 })

    await redis.watch('a')
    await connect({ keyPrefix: redis.options.keyPrefix as string }).set('a', '2')
    expect(await redis.multi().get('a').exec()).toBe(null)
    await redis.get('queued')
    expect(counts()).toEqual({ hit: 3, miss: 0 })
  })

  test('an error inside a transaction leaves the other replies with their commands', async () => {
    await redis.multi().get('h').get('none').hget('a', 'f').get('a').exec()
    expect(counts()).toEqual({ hit: 1, miss: 1 })
  })

  test('a command in the offline queue counts when it is answered', async () => {
    const client = connect({ lazyConnect: true })
    const asked = Promise.all([client.get('none'), client.get('none')])
    expect(counts()).toEqual({ hit: 0, miss: 0 })
    await asked
    expect(counts()).toEqual({ hit: 0, miss: 2 })
  })

  test('a lookup that is sent again after a reconnect counts once', async () => {
    const id = await redis.client('ID')
    const blocked = redis.blpop('nobody-pushes', 0)
    blocked.catch(() => undefined)
    const asked = redis.get('a')
    await connect().client('KILL', 'ID', String(id))
    await connect().rpush(`${String(redis.options.keyPrefix)}nobody-pushes`, 'x')
    await blocked
    expect(await asked).toBe('1')
    expect(counts()).toEqual({ hit: 1, miss: 0 })
  })

  test('messages of a subscribed connection do not count as replies', async () => {
    const subscriber = connect()
    const channel = crypto.randomUUID()
    const received = new Promise(resolve => subscriber.once('message', (_, message) => resolve(message)))
    await subscriber.subscribe(channel)
    await redis.publish(channel, 'hello')
    expect(await received).toBe('hello')
    await subscriber.unsubscribe(channel)
    await subscriber.get('none')
    expect(counts()).toEqual({ hit: 0, miss: 1 })
  })

  test("BullMQ's own keys are not the cache's, also on a shared connection", async () => {
    const client = connect()
    await client.hgetall('bull:mail:1')
    await client.hget('bull:mail:meta', 'version')
    await client.get('none')
    expect(counts()).toEqual({ hit: 0, miss: 1 })
  })

  test('a connection that was open before is counted from then on, and no more after disable', async () => {
    instrumentation.disable()
    await redis.get('a')
    instrumentation.enable()
    await redis.get('a')
    instrumentation.disable()
    await redis.get('a')
    expect(counts()).toEqual({ hit: 1, miss: 0 })
  })

  test('names and ignore are called once per connection', async () => {
    const asked: (string | undefined)[] = []
    instrumentation.disable()
    instrumentation.setConfig({
      names: ({ connectionName, db }) => (asked.push(connectionName), connectionName && `${connectionName}-${db}`),
      ignore: ({ connectionName }) => connectionName === 'sessions',
      defaultName: 'other',
    })
    instrumentation.enable()
    const products = connect({ connectionName: 'products', db: 2 })
    const sessions = connect({ connectionName: 'sessions' })
    for (let i = 0; i < 3; i++) await Promise.all([products.get('none'), sessions.get('none'), redis.get('a')])
    expect(countsOf(instrumentation, 'products-2')).toEqual({ hit: 0, miss: 3 })
    expect(countsOf(instrumentation, 'other')).toEqual({ hit: 3, miss: 0 })
    expect(asked.filter(name => name === 'products')).toHaveLength(1)
    expect(asked).not.toContain('sessions')
  })

  test('a naming function that throws is contained and does not affect the application', async () => {
    instrumentation.disable()
    instrumentation.setConfig({
      names: () => {
        throw new Error('no name')
      },
    })
    instrumentation.enable()
    expect(await connect().get('none')).toBe(null)
    expect(counts()).toEqual({ hit: 0, miss: 1 })
    expect(faultsOf(instrumentation)).toBe(1)
  })
})

test('RESP3 replies count alike, in both shapes that ioredis 6 gives them', async () => {
  const instrumentation = new IORedisInstrumentation()
  instrumentation.enable()
  for (const replyMapping of ['legacy', 'resp3'] as const) {
    const redis = new Redis6(server.url, { protocol: 3, replyMapping, keyPrefix: `${replyMapping}:` })
    await redis.hset('h', 'f', '1')
    await redis.zadd('z', 1.5, 'm')
    await redis.hgetall('h')
    await redis.multi().hgetall('h').hgetall('none').zscore('z', 'm').exists('h', 'none').exec()
    redis.disconnect()
  }
  instrumentation.disable()
  expect(countsOf(instrumentation)).toEqual({ hit: 8, miss: 4 })
})
