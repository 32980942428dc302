import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createRedisCoordinator } from '@homeostat/ioredis/domain'
import type { Coordinator, Knob } from '@homeostat/optimizer'
import { createPostgresCoordinator } from '@homeostat/pg/domain'
import { Redis } from 'ioredis'
import pg from 'pg'

/** The value of every target before anybody sets it. */
export const ORIGINAL = 100

const SERVICE = 'chaos'
const BOUNDS = { min: 1, max: 1000, step: 200, grain: 1 }

/** Somewhere that a value lives outside of the process which sets it. */
export interface Place extends AsyncDisposable {
  readonly name: string
  /** For a place that the fleet shares. */
  readonly coordinator?: Coordinator
  /** Makes the targets, at their original value. */
  prepare(targets: readonly string[]): Promise<void>
  knob(target: string): Knob
  read(target: string): Promise<number>
  /** Sets the value whatever it is, as a person does, and returns what it was. */
  overwrite(target: string, value: number): Promise<number>
}

export interface Addresses {
  readonly redis: string
  readonly postgres: string
  readonly folder: string
}

/** A database file on this host, a row in Postgres, a key in Redis. */
export function placesAt({ redis, postgres, folder }: Addresses): readonly Place[] {
  return [localPlace(folder), redisPlace(redis), postgresPlace(postgres)]
}

/** SQLite, because a set that compares has to be one step also where other programs write the file. */
function localPlace(folder: string): Place {
  const database = new DatabaseSync(join(folder, 'local.sqlite'), { timeout: 5000 })
  database.exec('PRAGMA synchronous = off')
  const read = (target: string): number =>
    Number(database.prepare('SELECT value FROM knob WHERE name = ?').get(target)?.['value'])
  return {
    name: 'local',
    async prepare(targets) {
      database.exec('CREATE TABLE IF NOT EXISTS knob (name TEXT PRIMARY KEY, value REAL)')
      const insert = database.prepare('INSERT INTO knob VALUES (?, ?)')
      for (const target of targets) insert.run(target, ORIGINAL)
    },
    read: async target => read(target),
    async overwrite(target, value) {
      database.exec('BEGIN IMMEDIATE')
      const was = read(target)
      database.prepare('UPDATE knob SET value = ? WHERE name = ?').run(value, target)
      database.exec('COMMIT')
      return was
    },
    knob: target => ({
      name: `local.${target}`,
      scope: 'process',
      bounds: BOUNDS,
      read: () => read(target),
      compareAndSet(expected, next) {
        const update = database.prepare('UPDATE knob SET value = ? WHERE name = ? AND value = ?')
        return Number(update.run(next, target, expected).changes) === 1
      },
    }),
    [Symbol.asyncDispose]: async () => database.close(),
  }
}

const COMPARE_AND_SET = `
if tonumber(redis.call('GET', KEYS[1])) ~= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`

function redisPlace(url: string): Place {
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 3 })
  client.on('error', () => {})
  const coordinator = createRedisCoordinator({ client, service: SERVICE })
  const keyOf = (target: string): string => `chaos:{${SERVICE}}:${target}`
  const read = async (target: string): Promise<number> => Number(await client.get(keyOf(target)))
  return {
    name: 'redis',
    coordinator,
    prepare: async targets => void (await client.mset(targets.flatMap(target => [keyOf(target), ORIGINAL]))),
    read,
    overwrite: async (target, value) => Number(await client.set(keyOf(target), value, 'GET')),
    knob: target => ({
      name: `redis.${target}`,
      scope: 'shared',
      bounds: BOUNDS,
      read: () => read(target),
      async compareAndSet(expected, next, lease) {
        const effect = { script: COMPARE_AND_SET, keys: [keyOf(target)], args: [expected, next] }
        const set = lease
          ? await coordinator.effect(lease, effect)
          : await client.eval(effect.script, 1, ...effect.keys, ...effect.args)
        return set === 1
      },
    }),
    async [Symbol.asyncDispose]() {
      await coordinator[Symbol.asyncDispose]()
      client.disconnect()
    },
  }
}

function postgresPlace(url: string): Place {
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  pool.on('error', () => {})
  const coordinator = createPostgresCoordinator({ pool, service: SERVICE })
  const read = async (target: string): Promise<number> => {
    const { rows } = await pool.query('SELECT value FROM knob WHERE name = $1', [target])
    return Number((rows[0] as { value?: unknown } | undefined)?.value)
  }
  const UPDATE = 'UPDATE knob SET value = $3 WHERE name = $1 AND value = $2 RETURNING 1'
  return {
    name: 'postgres',
    coordinator,
    async prepare(targets) {
      await pool.query('CREATE TABLE IF NOT EXISTS knob (name text PRIMARY KEY, value float8 NOT NULL)')
      await pool.query('INSERT INTO knob SELECT unnest($1::text[]), $2', [targets, ORIGINAL])
    },
    read,
    async overwrite(target, value) {
      const { rows } = await pool.query(
        `WITH before AS (SELECT value FROM knob WHERE name = $1 FOR UPDATE)
         UPDATE knob SET value = $2 FROM before WHERE name = $1 RETURNING before.value`,
        [target, value],
      )
      return Number((rows[0] as { value?: unknown }).value)
    },
    knob: target => ({
      name: `postgres.${target}`,
      scope: 'shared',
      bounds: BOUNDS,
      read: () => read(target),
      async compareAndSet(expected, next, lease) {
        const values = [target, expected, next]
        if (!lease) return (await pool.query(UPDATE, values)).rowCount === 1
        return coordinator.effect(lease, async query => (await query(UPDATE, values)).length === 1)
      },
    }),
    [Symbol.asyncDispose]: () => pool.end(),
  }
}
