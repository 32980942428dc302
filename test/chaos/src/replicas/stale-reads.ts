import { setTimeout as delay } from 'node:timers/promises'
import type { ChaosRow } from '../chaos-run.ts'
import { persistently } from './persistently.ts'
import { ensureRunning, ServedCluster } from './served-cluster.ts'
import { byPosition, naive, READ, sticky, type Following, type Strategy } from './write-then-read.ts'

/** Each loop has rows of its own, so that what it has written last is what it must read. */
const LOOPS = 24
const FOLLOWING: readonly Following[] = ['in the request', 'in the next request', 'in a job', 'in the request']
/** Reads of users who have written nothing, per pair. */
const BROWSED = 3
/** One pair in so many is read seconds later. */
const LATER_EVERY = 200

interface Score {
  pairs: number
  stale: number
  failed: number
}

/**
 * Pairs of a write and a read by three strategies side by side, on the same servers, while replicas pause, lag behind each other, restart
 * and one of them takes over.
 */
export async function staleReads(pairs: number): Promise<readonly ChaosRow[]> {
  await using cluster = await ServedCluster.start()
  const { primary, replicas } = cluster.servers
  await primary.query('CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL)')
  await primary.query('INSERT INTO accounts SELECT i, 0 FROM generate_series(1, 1000) i')
  await cluster.servers.caughtUp()
  const writes = cluster.primaryPool(16)
  const reads = replicas.map(replica => cluster.replicaPool(replica, 16))
  const routed = await cluster.routedPool(16)
  const other = await cluster.routedPool(16)
  for (const pool of [routed, other]) await pool.routing.classify(READ)
  const strategies = [byPosition(routed, other), naive(writes, reads), sticky(writes, reads)]
  const scores = new Map<Strategy, Score>(strategies.map(each => [each, { pairs: 0, stale: 0, failed: 0 }]))
  const over = new AbortController()
  const disturbances = disturb(cluster, over.signal, () => (scores.get(strategies[0]!)?.pairs ?? 0) / pairs)
  // It is awaited when the pairs are done: a failure before that ends them, fails the run and must not end the process.
  disturbances.catch(() => over.abort())
  await Promise.all(
    strategies.flatMap((strategy, index) =>
      Array.from({ length: LOOPS }, async (_, loop) => {
        const score = scores.get(strategy)!
        const id = 1 + index * 100 + loop
        for (let round = 1; !over.signal.aborted && (scores.get(strategies[0]!)?.pairs ?? 0) < pairs; round++) {
          const following = round % LATER_EVERY === 0 ? 'later' : FOLLOWING[round % FOLLOWING.length]!
          try {
            const value = await strategy.pair(id, round, following)
            if (value === undefined) {
              await delay(20)
              continue
            }
            score.pairs++
            if (value !== round) score.stale++
            for (let read = 0; read < BROWSED; read++) await strategy.browse(500 + ((round + read) % 500))
          } catch {
            // The primary is away: there is nobody to ask.
            score.failed++
            await delay(20)
          }
        }
      }),
    ),
  )
  over.abort()
  const happened = await disturbances
  return strategies.map(strategy => {
    const { pairs: done, stale, failed } = scores.get(strategy)!
    const { all, onReplicas } = strategy.reads()
    const isOurs = strategy === strategies[0]
    return {
      run: 'replicas',
      case: `write, then read: ${strategy.name}`,
      ...(isOurs && { goal: '0 stale reads' }),
      pairs: done,
      stale,
      offload: onReplicas / all,
      withoutPrimary: failed,
      disturbances: happened,
      ...(isOurs && { met: stale === 0 }),
    }
  })
}

/** @returns how many disturbances there were */
async function disturb(cluster: ServedCluster, signal: AbortSignal, progress: () => number): Promise<number> {
  const [first, second] = cluster.servers.replicas
  const steps: readonly (() => Promise<unknown>)[] = [
    // Uneven: one replays and the other does not.
    () => first!.pauseReplay(),
    () => delay(400),
    () => second!.pauseReplay(),
    () => delay(400),
    () => first!.resumeReplay(),
    () => delay(400),
    () => second!.resumeReplay(),
    () => delay(600),
    () => second!.crash(),
    () => second!.start(),
    () => delay(600),
    // Longer than sessions stick.
    () => first!.pauseReplay(),
    () => delay(7_000),
    () => first!.resumeReplay(),
    () => first!.shutDown(),
    () => first!.start(),
    () => delay(600),
    () => second!.freeze(),
    () => delay(1_500),
    async () => second!.thaw(),
    () => delay(600),
  ]
  let done = 0
  for (let step = 0; !signal.aborted && progress() < 0.8; step++) {
    // A busy machine may not start a server in time; the next step finds it as it is.
    await steps[step % steps.length]!().catch(() => {})
    done++
  }
  for (const replica of [first!, second!]) {
    await ensureRunning(replica)
    await persistently(() => replica.resumeReplay())
  }
  // A primary that is shut down has sent everything to its replicas; what a crash would lose is no stale read.
  await cluster.servers.primary.shutDown()
  await delay(500)
  await persistently(() => first!.promote())
  cluster.lead(first!)
  await delay(1_000)
  await persistently(() => second!.follow(first!))
  return done + 1
}
