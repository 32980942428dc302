import { setTimeout as delay } from 'node:timers/promises'
import type { Redis, RedisOptions } from 'ioredis'
import type { Case, Libraries, Transcript } from './transcript.ts'

type WithRedis = (redis: Redis, transcript: Transcript, libraries: Libraries, options: RedisOptions) => Promise<unknown>

function onRedis(version: 'ioredis' | 'ioredis5', name: string, run: WithRedis, more: RedisOptions = {}): Case {
  return {
    name: `${version}: ${name}`,
    async run(transcript, libraries) {
      const options = { ...libraries.redis, keyPrefix: `${libraries.prefix}:${version}:`, ...more }
      const redis = new (libraries[version].Redis as new (options: object) => Redis)(options)
      for (const event of ['connect', 'ready', 'close', 'end', 'reconnecting'] as const)
        redis.on(event, () => transcript.log(`event ${event}`))
      redis.on('error', error => transcript.log('event error', error))
      await run(redis, transcript, libraries, options)
      redis.disconnect()
      await delay(40)
    },
  }
}

const forms: readonly [string, WithRedis, RedisOptions?][] = [
  [
    'set and get',
    async (redis, t) => {
      await t.settle('set', () => redis.set('a', '1'))
      await t.settle('get', () => redis.get('a'))
      await t.settle('none', () => redis.get('none'))
      await t.settle('buffer', () => redis.getBuffer('a'))
    },
  ],
  [
    'hashes',
    async (redis, t) => {
      await t.settle('hset', () => redis.hset('h', { f: '1', g: '2' }))
      await t.settle('hgetall', () => redis.hgetall('h'))
      await t.settle('hmget', () => redis.hmget('h', 'f', 'none'))
      await t.settle('empty', () => redis.hgetall('none'))
    },
  ],
  [
    'an error of the server',
    async (redis, t) => {
      await redis.set('s', 'x')
      async function caller(): Promise<void> {
        await redis.incr('s')
      }
      await t.settle('incr', caller)
      await t.settle('unknown', () => redis.call('NOSUCHCOMMAND'))
    },
    { showFriendlyErrorStack: true },
  ],
  [
    'an unhandled rejection',
    async redis => {
      await redis.set('u', 'x')
      void redis.incr('u')
      await delay(30)
    },
  ],
  [
    'a pipeline',
    async (redis, t) => {
      const pipeline = redis.pipeline().set('p', '1').get('p').incr('p').hget('p', 'f').get('none')
      await t.settle('exec', () => pipeline.exec())
    },
  ],
  [
    'a transaction',
    async (redis, t) => {
      await t.settle('exec', () => redis.multi().set('m', '1').get('m').hget('m', 'f').exec())
      await redis.watch('m')
      await redis.set('m', '2')
      await t.settle('watched', () => redis.multi().get('m').exec())
      await t.settle('discard', async () => {
        await redis.multi({ pipeline: false })
        await redis.get('m')
        return redis.discard()
      })
    },
  ],
  [
    'a script',
    async (redis, t) => {
      redis.defineCommand('twice', { numberOfKeys: 1, lua: "return redis.call('GET', KEYS[1]) .. ARGV[1]" })
      await redis.set('l', 'x')
      await t.settle('script', () =>
        (redis as unknown as { twice(...args: string[]): Promise<unknown> }).twice('l', 'y'),
      )
      await t.settle('failing', () => redis.eval("return redis.call('INCR', KEYS[1])", 1, 'l'))
    },
  ],
  [
    'a callback',
    (redis, t) =>
      new Promise<void>(resolve => {
        void redis.get('none', function (...args: unknown[]) {
          t.log('called back', args)
          resolve()
        })
      }),
  ],
  [
    'the order of events',
    async (redis, t) => {
      const answers = [redis.get('a'), redis.set('o', '1'), redis.get('o')].map((answer, n) =>
        answer.then(() => t.log(`answer ${n}`)),
      )
      process.nextTick(() => t.log('tick'))
      queueMicrotask(() => t.log('microtask'))
      await Promise.all(answers)
    },
  ],
  [
    'messages',
    async (redis, t, { ioredis }, options) => {
      const subscriber = new (ioredis.Redis as new (options: object) => Redis)({ ...options, keyPrefix: '' })
      const channel = `${options.keyPrefix}news`
      const received = new Promise<void>(resolve => {
        subscriber.on('message', (_channel, message) => (t.log('message', message), resolve()))
      })
      await subscriber.subscribe(channel)
      await redis.call('PUBLISH', channel, 'hello')
      await received
      subscriber.disconnect()
    },
  ],
  [
    'auto-pipelining',
    async (redis, t) => {
      await redis.set('a', '1')
      await t.settle('all', () => Promise.all([redis.get('a'), redis.get('none'), redis.exists('a', 'none')]))
    },
    { enableAutoPipelining: true },
  ],
  [
    'a reconnect',
    async (redis, t) => {
      await redis.set('a', '1')
      const ready = new Promise(resolve => redis.once('close', () => redis.once('ready', resolve)))
      await t.settle(
        'kill',
        async () =>
          void (await redis
            .call('CLIENT', 'KILL', 'ID', String(await redis.client('ID')), 'SKIPME', 'no')
            .catch(() => undefined)),
      )
      await ready
      await t.settle('get', () => redis.get('a'))
    },
    { retryStrategy: () => 10 },
  ],
  [
    'a server that is not there',
    async (_redis, t, libraries) => {
      const nowhere = new libraries.ioredis.Redis({
        host: '127.0.0.1',
        port: 1,
        retryStrategy: () => null,
        maxRetriesPerRequest: 0,
      })
      nowhere.on('error', error => t.log('error', error))
      await t.settle('get', () => nowhere.get('a'))
    },
  ],
  [
    'after its end',
    async (redis, t) => {
      await redis.quit()
      await t.settle('get', () => redis.get('a'))
    },
  ],
  [
    'a duplicate',
    async (redis, t) => {
      const copy = redis.duplicate()
      await copy.set('d', '1')
      await t.settle('get', () => copy.get('d'))
      t.log('options', Object.keys(copy.options).length === Object.keys(redis.options).length)
      copy.disconnect()
    },
  ],
  [
    'a subclass',
    async (_redis, t, { ioredis }, options) => {
      class Own extends ioredis.Redis {
        override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
          t.log('sends', args[0].name)
          return super.sendCommand(...args)
        }
      }
      const own = new (Own as new (options: object) => Redis)(options)
      await t.settle('get', () => own.get('none'))
      own.disconnect()
    },
  ],
  [
    'the same methods and properties',
    async (redis, t) => {
      await redis.ping()
      t.log('own', Object.keys(redis).toSorted())
      t.log('prototype', Object.getOwnPropertyNames(Object.getPrototypeOf(redis)).toSorted())
    },
  ],
]

export const redisCases: readonly Case[] = (['ioredis', 'ioredis5'] as const).flatMap(version =>
  forms.map(([name, run, more]) => onRedis(version, name, run, more)),
)
