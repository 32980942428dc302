import { describeCoordinator } from '@homeostat/conformance'
import { startPostgres } from '@homeostat/services'
import { Pool } from 'pg'
import { afterAll } from 'vitest'
import { createPostgresCoordinator } from '../src/domain.ts'

const postgres = await startPostgres()
const pool = new Pool({ connectionString: postgres.url, max: 20 })
const nowhere = new Pool({ host: '127.0.0.1', port: 1 })
await pool.query('CREATE TABLE effects (count int NOT NULL)')
await pool.query('INSERT INTO effects VALUES (0)')

// The server stops before the last sockets of an ended pool are closed.
pool.on('error', () => {})

afterAll(async () => {
  await pool.end()
  await postgres.stop()
})

describeCoordinator('Postgres', {
  create: service => createPostgresCoordinator({ pool, service }),
  unreachable: service => createPostgresCoordinator({ pool: nowhere, service, timeoutMs: 300 }),
  effect: (coordinator, lease, once) =>
    coordinator.effect(lease, query => query('UPDATE effects SET count = count + 1'), { once }),
  async count() {
    return (await pool.query<{ count: number }>('SELECT count FROM effects')).rows[0]!.count
  },
})
