import { randomUUID } from 'node:crypto'
import { createRedisCoordinator } from '@homeostat/ioredis/domain'
import type { Coordinator } from '@homeostat/optimizer'
import { createPostgresCoordinator } from '@homeostat/pg/domain'
import { Redis } from 'ioredis'
import pg from 'pg'
import type { UndoPlace } from './place.ts'

const COMPARE_AND_SET = `
if tonumber(redis.call('GET', KEYS[1])) ~= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`

/** A value and its coordinator in one Redis; emptied by the removal of all keys of the service. */
export async function redisPlace(url: string, original: number): Promise<UndoPlace> {
  const client = new Redis(url)
  const service = randomUUID()
  const key = `model:{homeostat:${service}}`
  const checking = createRedisCoordinator({ client, service, timeoutMs: 5000 })
  const made: Coordinator[] = [checking]
  await client.set(key, original)
  return {
    name: 'redis',
    scope: 'shared',
    keptIn: 'outside',
    read: async () => Number(await client.get(key)),
    write: async value => void (await client.set(key, value)),
    async compareAndSet(expected, next, lease) {
      // The key is on no slot that matters: there is one node.
      const effect = { script: COMPARE_AND_SET, keys: [key], args: [expected, next] }
      const set = lease
        ? await checking.effect(lease, effect)
        : await client.eval(COMPARE_AND_SET, 1, key, expected, next)
      return set === 1
    },
    coordinator(call) {
      const coordinator = createRedisCoordinator({ client, service, timeoutMs: 5000 })
      made.push(coordinator)
      return through(coordinator, call)
    },
    async empty() {
      const keys = await client.keys(`homeostat:{${service}}:*`)
      if (keys.length > 0) await client.del(keys)
    },
    async [Symbol.asyncDispose]() {
      for (const each of made) await each[Symbol.asyncDispose]()
      client.disconnect()
    },
  }
}

const UPDATE = 'UPDATE model SET value = $3 WHERE name = $1 AND value = $2 RETURNING 1'

/** A row and its coordinator in one Postgres; emptied in turn by TRUNCATE and by DROP TABLE. */
export async function postgresPlace(url: string, original: number): Promise<UndoPlace> {
  const pool = new pg.Pool({ connectionString: url, max: 6 })
  pool.on('error', () => {})
  const service = randomUUID()
  const checking = createPostgresCoordinator({ pool, service, timeoutMs: 5000 })
  let isDropped = false
  await pool.query('CREATE TABLE IF NOT EXISTS model (name text PRIMARY KEY, value float8 NOT NULL)')
  await pool.query('INSERT INTO model VALUES ($1, $2)', [service, original])
  return {
    name: 'postgres',
    scope: 'shared',
    keptIn: 'outside',
    async read() {
      const { rows } = await pool.query('SELECT value FROM model WHERE name = $1', [service])
      return Number((rows[0] as { value?: unknown } | undefined)?.value)
    },
    write: async value => void (await pool.query('UPDATE model SET value = $2 WHERE name = $1', [service, value])),
    async compareAndSet(expected, next, lease) {
      const values = [service, expected, next]
      if (!lease) return (await pool.query(UPDATE, values)).rowCount === 1
      return checking.effect(lease, async query => (await query(UPDATE, values)).length === 1)
    },
    coordinator: call => through(createPostgresCoordinator({ pool, service, timeoutMs: 5000 }), call),
    async empty() {
      isDropped = !isDropped
      const statement = isDropped ? 'DROP TABLE IF EXISTS homeostat_lease' : 'TRUNCATE homeostat_lease'
      await pool.query(statement).catch(() => {})
    },
    [Symbol.asyncDispose]: () => pool.end(),
  }
}

/** Each call of a coordinator goes through `call`. */
function through(coordinator: Coordinator, call: <T>(work: () => T | Promise<T>) => Promise<T>): Coordinator {
  return new Proxy(coordinator, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function' || typeof name === 'symbol') return value
      return (...args: unknown[]) => call(() => (value as (...all: unknown[]) => unknown).apply(target, args))
    },
  })
}
