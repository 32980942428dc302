import type { Requirement, Response } from '@homeostat/optimizer'
import { attributes, metrics, promName } from '@homeostat/semconv'
import { loopDelayP99, loopUtilization } from '@homeostat/runtime/expressions'
import { delayByArm, oldestWaitingAge, poolWaits } from './expressions.ts'

const PENDING = promName(metrics.dbConnectionPending)
const JOBS = promName(metrics.queueJobs)
const STATE = promName(attributes.queueJobsState)
const MEMORY = promName(metrics.memoryUtilization)
const AREA = promName(attributes.memoryArea)

/** When more jobs at once in this process can help: what they need is there. A database that nobody measures does not forbid it. */
const room: readonly Requirement[] = [
  {
    expr: `${loopUtilization} < 0.6`,
    otherwise:
      'the event loop of this process is busy, or nobody measures it: more jobs at once would only share the CPU',
  },
  {
    expr: `absent(max(${PENDING}) > 0)`,
    otherwise: 'requests wait for a connection to the database: more jobs at once would wait there',
  },
  {
    expr: `absent(max(${MEMORY}{${AREA}=~"process|heap"}) > 0.8)`,
    otherwise: 'this process is short of memory, and each job at once needs some',
  },
]

/** More jobs at once must make none of these worse. */
const others: NonNullable<Response['guards']> = [
  { expr: loopDelayP99, notWorseThan: 0.5, floor: 0.05 },
  { expr: `max(${PENDING}) or vector(0)`, notWorseThan: 1, floor: 2 },
  // Jobs that failed for good within a minute, as far as the queue keeps them.
  { expr: `sum(clamp_min(delta(${JOBS}{${STATE}="failed"}[1m]), 0)) or vector(0)`, notWorseThan: 1, floor: 10 },
]

/** A heavy job waits for others by design, and is deferred for a minute at most by default. */
const notStarved: NonNullable<Response['guards']> = [{ expr: `max(${oldestWaitingAge})`, notWorseThan: 1, floor: 150 }]

/**
 * The mildest response first: heavy jobs wait for each other, and nothing else waits for them. Whether it helps is answered by a split
 * of slots of about two seconds. `SlotTrial` says why its units are not jobs. Connections come back too slowly for slots, so they have a switchback.
 */
const rescheduling: readonly Response[] = [
  {
    to: { alert: 'JobsDelayLoop' },
    action: 'queue.rescheduleHeavyTasks',
    priority: 'slo',
    expect: { expr: delayByArm, direction: 'down', worth: 0.2, settleMs: 30_000, windowMs: 60_000 },
    guards: notStarved,
    design: { kind: 'split', blocks: 10, blockMs: 30_000 },
  },
  {
    to: { alert: 'JobsExhaustPool' },
    action: 'queue.limitDatabaseJobs',
    priority: 'slo',
    // One more, as nobody waits where it helps, and values are compared as ratios.
    expect: {
      expr: `${poolWaits} + 1`,
      direction: 'down',
      worth: 0.2,
      settleMs: 30_000,
      windowMs: 60_000,
    },
    guards: notStarved,
    // Connections come back within a minute.
    design: { kind: 'switchback', blockMs: 150_000, carryOverMs: 75_000 },
  },
]

/**
 * The answers to a backlog. Where jobs wait for something else than the CPU, this process runs more of them at once; where they do
 * not, a person needs to know how many workers would do.
 */
export const responses: readonly Response[] = [
  ...rescheduling,
  {
    to: { alert: 'QueueBacklog' },
    action: 'queue.raiseConcurrency',
    priority: 'slo',
    cooldownMs: 120_000,
    requires: room,
    // The workers are raised step by step within a minute.
    expect: { expr: oldestWaitingAge, direction: 'down', worth: 0.15, settleMs: 60_000, windowMs: 120_000 },
    guards: others,
  },
  { to: { alert: 'QueueBacklog' }, action: 'queue.scaleOut', priority: 'efficiency', cooldownMs: 300_000 },
]
