import type { Advice } from '@homeostat/optimizer'
import { BoundedMap } from '@homeostat/signals'
import { count } from '../indexes/index-advice.ts'
import { isWriting, type PlanNode } from '../indexes/plan.ts'
import { databaseOf } from '../signals/origin.ts'
import type { SlowStatement } from '../signals/slow-statements.ts'

/** The planner's unit is about the reading of one page in order, which takes no more than so long, in milliseconds. */
const MS_PER_UNIT = 0.1
/** One call may have been an accident, of cold pages for example. */
const LEAST_CALLS = 3
/** So much of the time is explained by the plan at most. */
const MOST_SHARE = 0.05
const MOST_KEPT = 100

/** What was known of a statement when its plan was looked at. */
interface Look {
  readonly mostMs: number
  readonly calls: number
  readonly totalMs: number
}

/**
 * Finds statements whose plan is too cheap for the time that they take: they wait for something. Only calls between two looks that saw such
 * a plan count: those before may have had another one, without an index that there is by now.
 */
export class TimeElsewhere {
  readonly #looks = new BoundedMap<string, Look>(MOST_KEPT)

  look(statement: SlowStatement, plan: PlanNode): readonly Advice[] {
    const { summary, fingerprint, origin, totalMs, count: calls, inTransaction } = statement
    // What is written, and what its triggers and references do, is not in the cost.
    if (isWriting(plan)) return []
    const key = `${databaseOf(origin)} ${statement.settings['search_path'] ?? ''} ${fingerprint}`
    const before = this.#looks.get(key)
    const now: Look = { mostMs: plan['Total Cost'] * MS_PER_UNIT, calls, totalMs }
    this.#looks.set(key, now)
    if (before === undefined || calls - before.calls < LEAST_CALLS) return []
    const meanMs = (totalMs - before.totalMs) / (calls - before.calls)
    const mostMs = Math.max(before.mostMs, now.mostMs)
    if (mostMs > meanMs * MOST_SHARE) return []
    return [
      {
        what: `look for what ${summary} waits for: its plan is cheap`,
        why: [
          `its plan costs ${count(plan['Total Cost'])}, which takes ${mostMs < 1 ? 'less than 1' : `about ${count(mostMs)}`} ms at most, and the last ${count(calls - before.calls)} slow calls took ${count(meanMs)} ms on average, without the time that the event loop was held`,
          'they have waited for a lock, for the processor or the disk of the server, or for the network, or functions take the time',
          ...(inTransaction ? ['the last one ran in a transaction of several statements'] : []),
          'log_lock_waits = on has the server name waits for locks of more than a second',
        ].join('; '),
      },
    ]
  }
}
