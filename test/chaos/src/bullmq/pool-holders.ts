import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ChaosRow } from '../chaos-run.ts'
import { quantile } from '../quantile.ts'

/** What a process is to do. */
export interface PoolTask {
  readonly redisPort: number
  readonly connectionString: string
  /** What `queue.admission.database` is set to; 1 leaves it. */
  readonly share: number
  /** How long it measures. */
  readonly seconds: number
}

/** How long the others waited for their answers, in milliseconds, and how many heavy jobs ended. */
export interface PoolResult {
  readonly tookMs: readonly number[]
  readonly reportsPerSecond: number
}

export interface PoolOptions extends Pick<PoolTask, 'redisPort' | 'connectionString' | 'seconds'> {
  readonly repetitions: number
  /** With a looser goal. */
  readonly short: boolean
  readonly report: (row: ChaosRow) => void
}

const SHARES = [1, 0.5] as const
/** What the others wait at half of the connections, of what they wait without a limit. */
const GOAL = 0.3
const SHORT_GOAL = 0.6
const PROGRAM = fileURLToPath(new URL('pool-process.ts', import.meta.url))

/** Jobs that hold a pool, with `queue.limitDatabaseJobs` and without it. */
export async function comparePools({ repetitions, short, report, ...task }: PoolOptions): Promise<void> {
  const goal = short ? SHORT_GOAL : GOAL
  const found = new Map<number, PoolResult[]>(SHARES.map(share => [share, []]))
  for (let repetition = 0; repetition < repetitions; repetition++)
    for (const share of SHARES) found.get(share)!.push(await measure({ ...task, share }))
  const p99 = (share: number): number[] => found.get(share)!.map(({ tookMs }) => quantile(tookMs, 0.99))
  for (const share of SHARES) {
    const ratios = p99(share).map((ms, at) => ms / p99(1)[at]!)
    report({
      run: 'bullmq',
      case: share === 1 ? 'pool: as BullMQ does' : `pool: queue.limitDatabaseJobs`,
      goal: share === 1 ? 'beside it' : `others wait <= ${goal} of it (p99)`,
      repetitions,
      p50Ms: quantile(
        found.get(share)!.flatMap(({ tookMs }) => tookMs),
        0.5,
      ),
      p99Ms: quantile(p99(share), 0.5),
      minP99Ms: Math.min(...p99(share)),
      maxP99Ms: Math.max(...p99(share)),
      ratio: quantile(ratios, 0.5),
      reportsPerSecond: quantile(
        found.get(share)!.map(({ reportsPerSecond }) => reportsPerSecond),
        0.5,
      ),
      ...(share < 1 && { met: quantile(ratios, 0.5) <= goal }),
    })
  }
}

async function measure(task: PoolTask): Promise<PoolResult> {
  const child = fork(PROGRAM, [JSON.stringify(task)])
  const [result] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error('the process of the pool has ended early')
    }),
  ])) as [PoolResult]
  return result
}
