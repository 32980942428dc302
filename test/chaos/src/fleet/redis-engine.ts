import { createRedisCoordinator } from '@homeostat/ioredis/domain'
import { withinDeadline } from '@homeostat/optimizer/engines'
import { Redis } from 'ioredis'
import { SERVICE, TIMEOUT_MS, type Engine, type Witnessed } from './engine.ts'

const WITNESS = `local time = redis.call('TIME')
return redis.call('RPUSH', KEYS[1], cjson.encode({
  fence = tonumber(ARGV[1]), newest = tonumber(redis.call('GET', KEYS[2])), at = time[1] * 1000 + time[2] / 1000 }))`

export function openRedis(url: string): Engine {
  const client = new Redis(url, { maxRetriesPerRequest: 0 })
  client.on('error', () => {})
  const coordinator = createRedisCoordinator({ client, service: SERVICE, timeoutMs: TIMEOUT_MS })
  const keys = ['chaos:effects', `homeostat:{${SERVICE}}:fence`]
  return {
    coordinator,
    effect: (lease, fenced) =>
      fenced
        ? coordinator.effect(lease, { script: WITNESS, keys, args: [lease.fence], once: true })
        : withinDeadline('redis', TIMEOUT_MS, client.eval(WITNESS, keys.length, ...keys, lease.fence)),
    async witnessed() {
      return (await client.lrange('chaos:effects', 0, -1)).map(line => JSON.parse(line) as Witnessed)
    },
    close: async () => client.disconnect(),
  }
}
