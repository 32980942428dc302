import { counted } from '@homeostat/signals'
import type { Action, ActionContext, Firing, Receipt, UndoResult } from '@homeostat/optimizer'
import { fieldOf } from '@homeostat/signals/options'
import { queueOf } from '../actions/backlog.ts'
import { singleOf, whyNotSingle } from '../actions/single-queue.ts'
import type { JobCost } from '../jobs/job-costs.ts'
import { OTHER, withoutValues } from '../jobs/job-names.ts'
import type { Queues } from '../signals/queue-directory.ts'
import { BATCH, LoweredJobs, type WaitingJob } from './lowered-jobs.ts'

/** A run that takes less of the CPU, or of the database, is not worth moving. */
const HEAVY_SECONDS = 0.05
/** How far a run looks into the queue, and how many jobs it moves. */
const MOST_LOOKED_AT = 1000
const MOST_OF_RUN = 500

/** Options of the action, in a response. */
export interface DeferHeavyJobsOptions {
  /** The name of the queue. @default the one that the alert is about */
  readonly queue?: string
}

/** The part of what is known about the cost of a run that makes it heavy. */
export interface HeavyCosts {
  /** Undefined until enough runs were measured. */
  of(queue: string, name: string): Pick<JobCost, 'cpuSeconds' | 'databaseSeconds'> | undefined
}

/** The dependencies of the action. */
export interface DeferralParts {
  readonly queues: Queues
  readonly costs: HeavyCosts
  /** Names of jobs and of queues whose jobs keep their place. */
  readonly exclude: readonly string[]
  /** How long a job may be lowered, in milliseconds. */
  readonly mostLoweredMs: number
}

/**
 * `queue.deferHeavyJobs`: lets the light jobs of a queue go first, in all processes. Jobs that wait and whose name has a high cost get a
 * lower priority, each of them once, and their own back when the change is undone or after a fixed time, by whichever process finds
 * them. They are then the next to run. Jobs never move that have a priority, a delay, a repetition, `lifo`, deduplication or a flow.
 */
export function createDeferHeavyJobs(parts: DeferralParts): Action<DeferHeavyJobsOptions> {
  const { queues } = parts
  return {
    name: 'queue.deferHeavyJobs',
    scope: 'shared',
    touches: ['queue'],
    raises: [],
    lowers: ['latency', 'cpu'],
    risk: 2,
    unready(firing, options) {
      const queue = targetOf(firing, options)
      if (queue === undefined) return 'the alert is about no queue, and the response names none in its options'
      return whyNotSingle(queues, queue)
    },
    async run(context): Promise<Receipt> {
      const queue = targetOf(context.firing, context.options)
      if (queue === undefined) return nothing('the alert is about no queue')
      const jobs = new LoweredJobs(singleOf(queues, queue))
      const lowered = await lowerHeavy(jobs, { ...parts, ...context, queue })
      if (lowered === undefined) return nothing('the lease was lost: no job was lowered')
      if (lowered.length === 0)
        return nothing(`no heavy job of the queue ${queue} can be lowered among those that are next`)
      return {
        summary: `lowered ${counted(lowered.length, 'heavy job')} of the queue ${queue}, for ${Math.round(parts.mostLoweredMs / 1000)} s at most`,
        effects: { lowered: lowered.length },
        undo: () => restored(jobs, lowered),
      }
    },
  }
}

interface Lowering extends DeferralParts, Pick<ActionContext, 'lease' | 'signal' | 'split'> {
  readonly queue: string
}

/** The ids of those that were lowered; `undefined` when the lease was lost before the first one. */
async function lowerHeavy(jobs: LoweredJobs, lowering: Lowering): Promise<readonly string[] | undefined> {
  const { lease, signal } = lowering
  const heavy: string[] = []
  for await (const waiting of jobs.find(MOST_LOOKED_AT)) {
    heavy.push(...waiting.filter(job => mayLower(job, lowering)).map(({ id }) => id))
    if (signal.aborted || heavy.length >= MOST_OF_RUN) break
  }
  // Only now: a job that leaves the list moves those behind it.
  const lowered: string[] = []
  for (let from = 0; from < Math.min(heavy.length, MOST_OF_RUN) && !signal.aborted; from += BATCH) {
    const done = await jobs.lower(heavy.slice(from, Math.min(from + BATCH, MOST_OF_RUN)), lease)
    if (done === undefined) return lowered.length > 0 ? lowered : undefined
    lowered.push(...done)
  }
  return lowered
}

function mayLower({ id, name }: WaitingJob, { queue, costs, exclude, split }: Lowering): boolean {
  if (exclude.includes(name) || exclude.includes(queue) || split?.(id) === 'control') return false
  const shown = withoutValues(name)
  const cost = shown === OTHER ? undefined : costs.of(queue, shown)
  return cost !== undefined && (cost.cpuSeconds >= HEAVY_SECONDS || cost.databaseSeconds >= HEAVY_SECONDS)
}

async function restored(jobs: LoweredJobs, ids: readonly string[]): Promise<UndoResult> {
  await jobs.restore(ids)
  return { result: 'restored' }
}

function targetOf(firing: Firing, options: DeferHeavyJobsOptions | undefined): string | undefined {
  const named = fieldOf(options, 'queue')
  return typeof named === 'string' ? named : queueOf(firing)
}

function nothing(why: string): Receipt {
  return { summary: why, effects: { lowered: 0 }, problems: [why] }
}
