import type { LockOutcome } from '@homeostat/bullmq/domain'
import { startPostgres, startRedis } from '@homeostat/services'
import { compareMixed } from '../bullmq/mixed-workload.ts'
import { comparePools } from '../bullmq/pool-holders.ts'
import {
  blockJobs,
  deadlock,
  DEADLOCK_LIMIT_MS,
  killBlocked,
  LOCK_MS,
  STALLED_MS,
  stealLocks,
  type BlockedJobs,
} from '../bullmq/stall-trials.ts'
import { attributionRows } from '../bullmq/attribution-rows.ts'
import { killAtRandom, LOWERED_BOUND_MS, RESTORED_BOUND_MS, type KillTrialOptions } from '../bullmq/kill-trial.ts'
import { handlerNanoseconds } from '../bullmq/handler-cost.ts'
import { instrumentedParts } from '../bullmq/instrumented-cost.ts'
import type { ChaosOptions, ChaosRow, ChaosRun } from '../chaos-run.ts'
import { quantile } from '../quantile.ts'

const ABOUT = { run: 'bullmq', lockMs: LOCK_MS, stalledMs: STALLED_MS }
/** The most that plain BullMQ may leave at one run for the comparison to be one. */
const NEARLY_ALL = 0.9
const MOST_NANOSECONDS = 200
const MOST_CPU_PART = 0.01

/** Jobs that block the event loop, with the stall guard and without it. */
export const run: ChaosRun = {
  name: 'bullmq',
  about:
    'jobs that block the event loop for 2 to 20 times their lock, deadlocks, kills and stolen locks, with the stall guard; random kills of what acts on a queue; heavy jobs beside a web server, and jobs that hold a pool',
  async run({ short, seed, report }: ChaosOptions) {
    // First, while the process has compiled nothing else.
    const added = await handlerNanoseconds({ jobs: short ? 5000 : 30_000, rounds: short ? 5 : 41 })
    report({
      ...ABOUT,
      case: 'cost of an event',
      goal: `<= ${MOST_NANOSECONDS} ns`,
      medianNs: quantile(added, 0.5),
      minNs: Math.min(...added),
      maxNs: Math.max(...added),
      // The short form is too short to measure it.
      ...(!short && { met: quantile(added, 0.5) <= MOST_NANOSECONDS }),
    })
    await using redis = await startRedis({ from: ['path', 'debian-packages'] })
    const { port } = redis
    const pairs = short ? 3 : 15
    const base = { port, pairs, seed }
    const plain = await blockJobs(false, { ...base, jobs: short ? 3 : 200 })
    report({
      ...ABOUT,
      ...figures(plain),
      case: 'plain: run twice',
      goal: 'nearly all',
      met: plain.twice >= Math.floor(NEARLY_ALL * plain.jobs),
    })
    const guarded = await blockJobs(true, { ...base, jobs: short ? 6 : 1000 })
    const jobsOf = (wanted: LockOutcome): number =>
      guarded.rescued.reduce((sum, { outcome, jobs }) => sum + (outcome === wanted ? jobs : 0), 0)
    const kept = jobsOf('kept')
    report({
      ...ABOUT,
      ...figures(guarded),
      case: 'guarded: run twice',
      goal: '0',
      receipts: kept,
      // A thread that got no CPU in time.
      lost: jobsOf('lost'),
      met: guarded.twice === 0 && guarded.completed === guarded.jobs && kept > 0,
    })
    const deadlocks = { ...base, jobs: short ? 3 : 200 }
    const plainLate = await deadlock(false, { ...deadlocks, jobs: short ? 3 : 60 })
    const late = await deadlock(true, deadlocks)
    const [plainOver, over] = [plainLate, late].map(all => all.filter(ms => ms > STALLED_MS).length / all.length)
    report({
      ...ABOUT,
      case: 'deadlocks: taken over',
      goal: 'within stalledMs after the limit, as by plain BullMQ after a lock',
      limitMs: DEADLOCK_LIMIT_MS,
      jobs: late.length,
      medianMs: quantile(late, 0.5),
      p90Ms: quantile(late, 0.9),
      maxMs: Math.max(...late),
      minMs: Math.min(...late),
      later: over!,
      plainMaxMs: Math.max(...plainLate),
      plainLater: plainOver!,
      // The short form runs beside other tests, and a process that gets no CPU starts a job late.
      met: late.every(ms => ms <= (short ? 1.5 : 1) * STALLED_MS),
    })
    const kills = { ...base, jobs: short ? 1 : 10 }
    const [killedPlain, killedGuarded] = [await killBlocked(false, kills), await killBlocked(true, kills)]
    report({
      ...ABOUT,
      case: 'kill -9 in a block: taken over',
      goal: 'as by plain BullMQ',
      kills: killedGuarded.length,
      plainMedianMs: quantile(killedPlain, 0.5),
      plainMaxMs: Math.max(...killedPlain),
      medianMs: quantile(killedGuarded, 0.5),
      maxMs: Math.max(...killedGuarded),
      // A lock that was just renewed lasts for its time, and two checks have to find the job.
      met: killedGuarded.every(ms => ms <= LOCK_MS + 2 * STALLED_MS + LOCK_MS),
    })
    const { stolen, extended } = await stealLocks({ ...base, jobs: short ? 3 : 100 })
    const parts = await instrumentedParts({ port, jobs: short ? 100 : 1500, pairs: short ? 1 : 15 })
    report({
      ...ABOUT,
      case: 'CPU time of a worker whose jobs are measured',
      goal: `at most ${MOST_CPU_PART * 100} % more`,
      medianPart: quantile(parts, 0.5),
      minPart: Math.min(...parts),
      maxPart: Math.max(...parts),
      // The short form is too short to measure it.
      ...(!short && { met: quantile(parts, 0.5) <= MOST_CPU_PART }),
    })
    for (const row of await attributionRows(redis, { short, seed })) report({ ...row, ...ABOUT })
    report({ ...ABOUT, case: 'locks of somebody else', goal: '0 extended', stolen, extended, met: extended === 0 })
    await compareMixed({ port, seed, short, report, repetitions: short ? 1 : 7, times: short ? 1 : 3 })
    await using postgres = await startPostgres()
    await comparePools({
      redisPort: port,
      connectionString: postgres.url,
      short,
      report,
      repetitions: short ? 1 : 5,
      seconds: short ? 4 : 10,
    })
    report(await randomKills({ port, jobs: short ? 3000 : 100_000, seed, everyMs: short ? 1500 : 4000 }))
  },
}

/** Processes that act on a queue and are killed at any moment. */
async function randomKills(options: KillTrialOptions): Promise<ChaosRow> {
  const { acted, ...trial } = await killAtRandom(options)
  const { lost, twice, leftDelayed, leftLowered, leftLimited, mostLoweredMs, mostRestoredMs } = trial
  const left = leftDelayed + leftLowered
  return {
    run: 'bullmq',
    case: 'random kills of workers and optimizers',
    goal: '0 lost, 0 twice beyond at-least-once, 0 left delayed, lowered or limited; starvation bound held',
    ...trial,
    acted: JSON.stringify(acted),
    met:
      lost + twice + left === 0 &&
      !leftLimited &&
      mostLoweredMs <= LOWERED_BOUND_MS &&
      mostRestoredMs <= RESTORED_BOUND_MS,
  }
}

function figures({ jobs, twice, completed }: BlockedJobs): {
  readonly jobs: number
  readonly twice: number
  readonly completed: number
} {
  return { jobs, twice, completed }
}
