import { setTimeout as delay } from 'node:timers/promises'
import type { ChaosRow } from '../chaos-run.ts'
import { persistently } from './persistently.ts'
import { ensureRunning, ServedCluster } from './served-cluster.ts'
import { READ } from './write-then-read.ts'

const LOOPS = 16

/** Queries under load while replicas are killed, frozen, restarted, and one is promoted: what the application sees of it. */
export async function failingReplicas(queries: number): Promise<ChaosRow> {
  await using cluster = await ServedCluster.start()
  const { primary, replicas } = cluster.servers
  await primary.query('CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL)')
  await primary.query('INSERT INTO accounts SELECT i, i FROM generate_series(1, 1000) i')
  await cluster.servers.caughtUp()
  const pool = await cluster.routedPool(16)
  await pool.routing.classify(READ)
  const [first, second] = replicas
  const progress = { done: 0, isOver: false }
  const errors = new Map<string, number>()
  let wrong = 0
  let slowestMs = 0
  const disturbances = (async () => {
    const steps: readonly (() => Promise<unknown>)[] = [
      () => first!.crash(),
      () => delay(300),
      () => first!.start(),
      () => delay(1_000),
      () => second!.freeze(),
      () => delay(2_500),
      async () => second!.thaw(),
      () => delay(1_000),
      () => second!.shutDown(),
      () => delay(300),
      () => second!.start(),
      () => delay(1_000),
    ]
    let step = 0
    for (; progress.done < queries * 0.8; step++) {
      // A busy machine may not start a server in time; the next step finds it as it is.
      await steps[step % steps.length]!().catch(() => {})
    }
    for (const replica of [first!, second!]) await ensureRunning(replica)
    await persistently(() => first!.promote())
    await persistently(() => first!.query('UPDATE accounts SET balance = -1'))
    return step + 1
  })().finally(() => void (progress.isOver = true))
  // It is awaited when the queries are done: a failure before that must fail the run and not end the process.
  disturbances.catch(() => {})
  await Promise.all(
    Array.from({ length: LOOPS }, async (_, loop) => {
      for (let round = 0; progress.done < queries || !progress.isOver; round++) {
        const id = 1 + ((loop * 61 + round) % 1000)
        const startedAt = performance.now()
        try {
          const { rows } = await pool.query(READ, [id])
          if (Number((rows[0] as { balance: unknown }).balance) !== id) wrong++
        } catch (error) {
          const message = (error as Error).message
          errors.set(message, (errors.get(message) ?? 0) + 1)
        }
        slowestMs = Math.max(slowestMs, performance.now() - startedAt)
        progress.done++
      }
    }),
  )
  const { routed, retried } = pool.routing.counts
  return {
    run: 'replicas',
    case: 'killed, frozen, restarted, promoted under load',
    goal: '0 errors of the application',
    queries: progress.done,
    errors: [...errors.values()].reduce((sum, count) => sum + count, 0),
    wrong,
    retried,
    offload: routed / progress.done,
    slowestMs,
    disturbances: await disturbances,
    met: errors.size === 0 && wrong === 0,
  }
}
