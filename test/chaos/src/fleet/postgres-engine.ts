import { withinDeadline } from '@homeostat/optimizer/engines'
import { createPostgresCoordinator } from '@homeostat/pg/domain'
import { Pool } from 'pg'
import { SERVICE, TIMEOUT_MS, type Engine, type Witnessed } from './engine.ts'

export const EFFECTS_TABLE = `CREATE TABLE effects (id serial, fence bigint, newest bigint, at float8)`

const INSERT = `INSERT INTO effects (fence, newest, at)
SELECT $1, max(fence), extract(epoch FROM clock_timestamp()) * 1000 FROM homeostat_lease WHERE kind = 'lease'`

export function openPostgres(url: string): Engine {
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
