import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { redisAddress } from '../src/signals/redis-address.ts'
import type { RedisClient } from '../src/signals/reply-handler.ts'

const SEPARATORS = ['/', '@', ':', '#', '?', '%', '//', '/@', '?@', '#@', '%2F', '%40', ' ', '\\', '&', '=', ';', ',']

function addressOf(...args: [string | object]): string {
  try {
    const client = new Redis({ lazyConnect: true, ...(typeof args[0] === 'object' ? args[0] : undefined) })
    const spelled = typeof args[0] === 'string' ? new Redis(args[0], { lazyConnect: true }) : client
    return redisAddress(spelled as unknown as RedisClient)
  } catch {
    return 'refused by ioredis'
  }
}

describe('2-61: the address of a Redis client', () => {
  it.each([
    ...SEPARATORS.flatMap(separator => [
      `redis://:Zebra${separator}Lamp@localhost:1/0`,
      `rediss://svc:48${separator}Zebra${separator}Lamp@localhost:1/0`,
      `svc:48${separator}Zebra-Lamp@localhost`,
    ]),
    'redis:/svc:Zebra-Lamp@localhost',
    'redis//:Zebra-Lamp@localhost',
    '//:Zebra-Lamp@localhost',
    '/svc:Zebra-Lamp@localhost',
    '/tmp/redis.sock?password=Zebra-Lamp',
    'redis://localhost/0?password=Zebra-Lamp',
    { path: '/tmp/svc:Zebra-Lamp@localhost' },
    { host: 'redis://:Zebra-Lamp@localhost' },
    { sentinels: [{ host: 'a', port: 1 }], name: 'redis://:Zebra-Lamp@localhost' },
    { host: 'localhost', db: 'Zebra-Lamp' },
  ])('holds no part of the password of %j', spelling => {
    expect(addressOf(spelling)).not.toMatch(/Zebra|Lamp/)
  })

  it.each([
    ['redis://:p%40ss@cache.example:6380/2', 'cache.example:6380/2'],
    ['rediss://svc:pw@cache.example', 'cache.example:6379/0'],
    ['/var/run/redis.sock', '/var/run/redis.sock/0'],
    [{ sentinels: [{ host: 'a', port: 1 }], name: 'mymaster' }, 'sentinel:mymaster/0'],
  ])('is reported where it is spelled right: %j', (spelling, address) => {
    expect(addressOf(spelling)).toBe(address)
  })
})
