import { randomUUID } from 'node:crypto'
import { describeKnob } from '@homeostat/conformance'
import { startPostgres } from '@homeostat/services'
import { Pool } from 'pg'
import { afterAll } from 'vitest'
import { createPostgresCoordinator, type PostgresCoordinator } from '../src/domain.ts'

const postgres = await startPostgres()
const pool = new Pool({ connectionString: postgres.url })
await pool.query('CREATE TABLE settings (name text PRIMARY KEY, value float8 NOT NULL)')
let coordinator: PostgresCoordinator

// The server stops before the last sockets of an ended pool are closed.
pool.on('error', () => {})

afterAll(async () => {
  await pool.end()
  await postgres.stop()
})

const COMPARE_AND_SET = `UPDATE settings SET value = $2 WHERE name = 'rate' AND value = $1 RETURNING 1`
const value = async (): Promise<number> =>
  (await pool.query<{ value: number }>('SELECT value FROM settings')).rows[0]!.value

describeKnob('a row in Postgres, set under a lease in Postgres', {
  async prepare() {
    coordinator = createPostgresCoordinator({ pool, service: randomUUID() })
    await pool.query(`INSERT INTO settings VALUES ('rate', 8) ON CONFLICT (name) DO UPDATE SET value = 8`)
  },
  create: () => ({
    name: 'queue.rate',
    scope: 'shared',
    bounds: { min: 1, max: 50, step: 10, grain: 1 },
    read: value,
    async compareAndSet(expected, next, lease) {
      if (!lease) return (await pool.query(COMPARE_AND_SET, [expected, next])).rowCount === 1
      return coordinator.effect(lease, async query => (await query(COMPARE_AND_SET, [expected, next])).length === 1)
    },
  }),
  value,
  setByHand: async byHand => void (await pool.query('UPDATE settings SET value = $1', [byHand])),
  coordinator: () => coordinator,
})
