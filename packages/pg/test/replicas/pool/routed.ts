import type { PostgresReplicas } from '@homeostat/services'
import pg from 'pg'
import { expect, vi } from 'vitest'
import { createReplicaPool, type ReplicaPool, type ReplicaPoolOptions } from '../../../src/replicas.ts'

/** A routed pool of a test; its idle connections may break. */
export type RoutedTestPool = ReplicaPool<pg.Pool>

/** A routed pool on these servers, ready. Its database has the table `accounts` with 100 rows of balance 0. */
export async function routedPool(
  servers: PostgresReplicas,
  options: Partial<Omit<ReplicaPoolOptions, 'primary'>> & {
    readonly config?: pg.PoolConfig
    readonly primary?: pg.Pool
  } = {},
): Promise<RoutedTestPool> {
  const { config, primary: given, ...settings } = options
  const primary = given ?? new pg.Pool({ connectionString: servers.primary.url, ...config })
  primary.on('error', () => {})
  const pool = createReplicaPool({
    primary,
    replicas: servers.replicas.map(({ url }) => url),
    pollMs: 20,
    tokenSecrets: ['a secret of the tests'],
    ...settings,
  })
  await pool.routing.ready
  return pool
}

/** The statement that tests read with. */
export const BALANCE = 'SELECT balance FROM accounts WHERE id = $1'

/** Fills the database, and waits until the replicas have it. */
export async function createAccounts(servers: PostgresReplicas): Promise<void> {
  await servers.primary.query('CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL)')
  await servers.primary.query('INSERT INTO accounts SELECT i, 0 FROM generate_series(1, 100) i')
  await servers.caughtUp()
}

/** Learns the statement and waits until replicas serve it outside of any context. */
export async function untilRouted(pool: RoutedTestPool, text: string = BALANCE): Promise<void> {
  expect(await pool.routing.classify(text)).toBe('read')
  await vi.waitFor(
    async () => {
      const before = pool.routing.counts.routed
      await pool.query(text, [1])
      expect(pool.routing.counts.routed).toBe(before + 1)
    },
    { timeout: 20_000, interval: 20 },
  )
}

/** Balance of an account. */
export async function balanceOf(pool: RoutedTestPool, id: number): Promise<number> {
  const { rows } = await pool.query<{ balance: number }>(BALANCE, [id])
  return rows[0]!.balance
}
