import { describe, expect, it } from 'vitest'
import { PostgresNotFoundError, startPostgresPair } from '../src/index.ts'
import { leftovers, postgresTraces, query } from './traces.ts'

describe.each(['debian', 'embedded'] as const)('a pair of %s servers', origin => {
  it('shows on the replica what was written to the primary, and leaves nothing behind', async ({ skip }) => {
    const pair = await startPostgresPair({ from: [origin], database: 'shop' }).catch(error => {
      if (error instanceof PostgresNotFoundError && origin === 'debian') return skip(error.message)
      throw error
    })
    const { primary, replica } = pair
    const traces = [await postgresTraces(primary.url), await postgresTraces(replica.url)]
    await query(primary.url, 'CREATE TABLE orders AS SELECT generate_series(1, 100) AS id')
    await expect
      .poll(() => query(replica.url, 'SELECT count(*)::int AS n FROM orders').catch(() => []), { timeout: 10_000 })
      .toEqual([{ n: 100 }])
    expect(await query(replica.url, 'SELECT pg_is_in_recovery() AS yes')).toEqual([{ yes: true }])
    await expect(query(replica.url, 'DELETE FROM orders')).rejects.toMatchObject({ code: '25006' })
    await pair.stop()
    expect(await leftovers(traces, 0)).toEqual([])
  })
})

describe('startPostgresPair', () => {
  it('lets the primary go on when the replica is stopped', async () => {
    await using pair = await startPostgresPair()
    await pair.replica.stop()
    await query(pair.primary.url, 'CREATE TABLE t (id int)')
    await expect
      .poll(() => query(pair.primary.url, 'SELECT 1 FROM pg_stat_replication'), { timeout: 10_000 })
      .toEqual([])
  })
})
