import type { LockOutcome, RescuedJobs } from '@homeostat/optimizer'
import { renewalMsOf } from './thread/guarded-queue.ts'
import type { TokenRenewals } from './thread/messages.ts'

const MOST_ROWS = 20

/** A job that was active, or was being fetched, when the loop was blocked. */
export interface BlockedJob {
  /** The number of the worker. */
  readonly worker: number
  readonly token: number
  readonly queue: string
  /** Undefined for a job that was being fetched, of which nobody knows whether there was one. */
  readonly jobName: string | undefined
  readonly lockMs: number
}

/** One block of the event loop, once it is over. */
export interface Block {
  /** The last beat before it, as 32 bits. */
  readonly beat: number
  /** When the loop was back, in milliseconds since the epoch. */
  readonly at: number
  readonly blockedMs: number
  readonly jobs: readonly BlockedJob[]
  /** Whether locks were to be renewed in it. */
  readonly isRenewing: boolean
}

/** Which lock would have expired, and what became of it. Undefined where it would not have expired. */
export function outcomeOf(
  { blockedMs, isRenewing }: Block,
  { jobName, lockMs }: BlockedJob,
  renewals: TokenRenewals | undefined,
  limitMs: number,
): { readonly outcome: LockOutcome; readonly doomedMs: number } | undefined {
  if (renewals !== undefined) {
    const { doomedMs, keptMs } = renewals
    if (blockedMs <= doomedMs) return undefined
    if (blockedMs <= keptMs) return { outcome: 'kept', doomedMs }
    return { outcome: blockedMs > limitMs ? 'gave_up' : 'lost', doomedMs }
  }
  // Nobody has read how long its lock lasted: certainly not longer than this.
  if (jobName === undefined || blockedMs <= lockMs) return undefined
  if (!isRenewing) return { outcome: 'advised', doomedMs: lockMs }
  return { outcome: blockedMs > limitMs ? 'gave_up' : 'lost', doomedMs: lockMs }
}

export interface RescueOptions {
  readonly limitMs: number
  /** The name of a job as telemetry has it. */
  readonly nameOf: (job: BlockedJob) => string
}

/** The jobs whose locks would have expired, by queue, name and outcome. */
export function rescuedIn(
  block: Block,
  renewals: readonly TokenRenewals[],
  { limitMs, nameOf }: RescueOptions,
): RescuedJobs[] {
  const renewalsOf = new Map(renewals.map(each => [`${each.worker}:${each.token}`, each]))
  const rows = new Map<string, RescuedJobs>()
  for (const job of block.jobs) {
    const renewed = renewalsOf.get(`${job.worker}:${job.token}`)
    const found = outcomeOf(block, job, renewed, limitMs)
    if (found === undefined) continue
    const { queue } = job
    const { outcome, doomedMs } = found
    const name = nameOf(job)
    const key = JSON.stringify([queue, name, outcome])
    const row = rows.get(key)
    const advised = outcome === 'advised' ? Math.floor(Math.min(block.blockedMs, limitMs) / renewalMsOf(job.lockMs)) : 0
    rows.set(key, {
      queue,
      job: name,
      outcome,
      jobs: (row?.jobs ?? 0) + 1,
      renewals: (row?.renewals ?? 0) + (renewed?.renewals ?? advised),
      doomedMs: Math.min(row?.doomedMs ?? Infinity, doomedMs),
    })
  }
  return [...rows.values()].toSorted((a, b) => b.jobs - a.jobs).slice(0, MOST_ROWS)
}
