import { startPostgresReplicas, TcpProxy, type PostgresReplicas } from '@homeostat/services'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAccounts, routedPool, untilRouted } from './pool/routed.ts'
import { replicaTrial, type ReplicaTrialOutcome } from './replica-trial.ts'

/** Each way to a server that is far away. */
const FAR_MS = 4

let servers: PostgresReplicas
beforeAll(async () => {
  servers = await startPostgresReplicas({ database: 'shop', replicas: 1 })
  await createAccounts(servers)
})
afterAll(() => servers[Symbol.asyncDispose]())

/** Trials with a primary far away and a replica at this distance. */
async function trials(replicaMs: number, seeds: readonly number[]): Promise<ReplicaTrialOutcome[]> {
  const [replica] = servers.replicas
  await using toPrimary = await TcpProxy.to({ host: '127.0.0.1', port: servers.primary.port }, { delayMs: FAR_MS })
  await using toReplica = await TcpProxy.to({ host: '127.0.0.1', port: replica!.port }, { delayMs: replicaMs })
  const pool = await routedPool(servers, {
    config: { connectionString: toPrimary.through(servers.primary.url) },
    replicas: [toReplica.through(replica!.url)],
  })
  await untilRouted(pool)
  const outcomes: ReplicaTrialOutcome[] = []
  for (const seed of seeds) outcomes.push(await replicaTrial(pool, seed))
  await pool.end()
  return outcomes
}

describe('a step of replica.weight in the loop, by the rule SlowQueries', () => {
  it('is effective within minutes where reads of a replica are faster, and its share stays', async () => {
    for (const { verdict, seconds, why, weight } of await trials(0, [1, 2, 3])) {
      expect(verdict, why).toBe('effective')
      expect(seconds).toBeLessThanOrEqual(600)
      expect(weight).toBeGreaterThanOrEqual(0.25)
    }
  })

  it('is never effective where a replica answers no faster, and its share is taken back', async () => {
    for (const { verdict, why, weight } of await trials(FAR_MS, [4, 5, 6, 7, 8, 9])) {
      expect(verdict, why).toMatch(/^(?:no_effect|inconclusive|harmful)$/)
      expect(weight).toBe(0)
    }
  })
})
