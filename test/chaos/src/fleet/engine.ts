import { createRedisCoordinator } from '@homeostat/ioredis/domain'
import { withinDeadline, type Coordinator, type FleetLease } from '@homeostat/optimizer'
import { createPostgresCoordinator } from '@homeostat/pg/domain'
import { Redis } from 'ioredis'
import { Pool } from 'pg'

export const SERVICE = 'chaos'
const TIMEOUT_MS = 400

/** What the server itself saw of one effect, in the same step as the effect. */
export interface Witnessed {
  /** The fence it came with. */
  readonly fence: number
  /** The newest fence that anybody had by then. */
  readonly newest: number
  /** The server's time, ms since the epoch. */
  readonly at: number
}

/** One of the servers, as a process of the fleet uses it. */
export interface Engine {
  readonly coordinator: Coordinator
  /** One effect that nobody may do twice; `unfenced` is what an implementation without fences would do. */
  effect(lease: FleetLease, fenced: boolean): Promise<unknown>
  /** All effects in the server's order. */
  witnessed(): Promise<readonly Witnessed[]>
  close(): Promise<void>
}

export type EngineName = 'redis' | 'postgres'

export function openEngine(name: EngineName, url: string): Engine {
  return name === 'redis' ? openRedis(url) : openPostgres(url)
}

const WITNESS = `local time = redis.call('TIME')
return redis.call('RPUSH', KEYS[1], cjson.encode({
  fence = tonumber(ARGV[1]), newest = tonumber(redis.call('GET', KEYS[2])), at = time[1] * 1000 + time[2] / 1000 }))`

function openRedis(url: string): Engine {
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

const INSERT = `INSERT INTO effects (fence, newest, at)
SELECT $1, max(fence), extract(epoch FROM clock_timestamp()) * 1000 FROM homeostat_lease WHERE kind = 'lease'`

function openPostgres(url: string): Engine {
  const pool = new Pool({ connectionString: url, max: 4, connectionTimeoutMillis: TIMEOUT_MS, query_timeout: 5_000 })
  pool.on('error', () => {})
  const coordinator = createPostgresCoordinator({ pool, service: SERVICE, timeoutMs: TIMEOUT_MS })
  return {
    coordinator,
    effect: (lease, fenced) =>
      fenced
        ? coordinator.effect(lease, query => query(INSERT, [lease.fence]), { once: true })
        : withinDeadline('postgres', TIMEOUT_MS, pool.query(INSERT, [lease.fence])),
    async witnessed() {
      const { rows } = await pool.query<Record<keyof Witnessed, string>>(
        'SELECT fence, newest, at FROM effects ORDER BY id',
      )
      return rows.map(({ fence, newest, at }) => ({ fence: Number(fence), newest: Number(newest), at: Number(at) }))
    },
    close: () => pool.end(),
  }
}

export const EFFECTS_TABLE = `CREATE TABLE effects (id serial, fence bigint, newest bigint, at float8)`
