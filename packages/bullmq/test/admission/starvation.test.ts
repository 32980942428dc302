import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Admission, type Ticket } from '../../src/admission/admission.ts'
import { Deferrals } from '../../src/admission/deferrals.ts'

const TOTAL_MS = 300
const SLOTS = 4
const MOST_WAITING = 2
const LONGEST_RUN_MS = 100
/** The rests after runs that had just ended, in whole milliseconds, and the turns. */
const REST_LEFT_MS = 0.04 * LONGEST_RUN_MS + 8

interface Job {
  readonly key: string
  readonly at: number
  readonly runMs: number
  readonly isHeavy: boolean
  firstAskedAt?: number
  lastAskedAt: number
  /** The time of the runs that were in progress when it asked last, or that belong to jobs that had first asked before it. */
  beforeMs: number
  deferredMs: number
  deferrals: number
  startedAt?: number
  ticket?: Ticket
}

/** A queue, a worker, and an admission to one loop, in virtual time. */
function workOff(jobs: readonly Job[]): void {
  const admission = new Admission()
  admission.limit({ loop: 1, database: Infinity })
  const deferrals = new Deferrals({ totalMs: TOTAL_MS })
  const arriving = jobs.toSorted((a, b) => a.at - b.at)
  const queue: Job[] = []
  const delayed: { readonly job: Job; readonly until: number }[] = []
  const waiting = new Set<Job>()
  const running = new Map<Job, number>()
  let now = 0
  const start = (job: Job): void => {
    waiting.delete(job)
    job.startedAt = now
    running.set(job, now + job.runMs)
  }
  const ask = (job: Job): void => {
    job.firstAskedAt ??= now
    job.lastAskedAt = now
    const before = jobs.filter(
      other =>
        other !== job &&
        other.ticket !== undefined &&
        (running.has(other) || (other.startedAt === undefined && other.firstAskedAt! <= job.firstAskedAt!)),
    )
    job.beforeMs = before.reduce((sum, { runMs }) => sum + costOf(runMs), 0)
    const asked = { demand: { loop: 1, database: 0 }, expectedMs: job.runMs, firstAskedAt: job.firstAskedAt }
    job.ticket = admission.ask(asked, now)
    if (job.ticket.state === 'running') return start(job)
    waiting.add(job)
    if (waiting.size <= MOST_WAITING) return
    const waitMs = admission.waitMs(asked, now)
    const work = { key: job.key, firstAskedAt: job.firstAskedAt, waitMs, workMs: job.runMs, starts: job.deferrals }
    const delayMs = deferrals.delayFor(work, now)
    if (delayMs === undefined) return
    deferrals.defer(job.key, job.firstAskedAt, { delayMs, workMs: job.runMs }, now)
    admission.withdraw(job.ticket)
    waiting.delete(job)
    job.deferredMs += delayMs
    job.deferrals++
    delayed.push({ job, until: now + delayMs })
  }
  const isOpen = (job: Job): boolean => job.startedAt === undefined || running.has(job)
  for (; jobs.some(isOpen); now++) {
    if (now > 600_000) throw new Error('a job starves')
    admission.turn()
    for (const [job, until] of running) {
      if (until > now) continue
      running.delete(job)
      if (job.ticket !== undefined) admission.end(job.ticket, now)
    }
    while (arriving[0] !== undefined && arriving[0].at <= now) queue.push(arriving.shift()!)
    for (const each of delayed.filter(({ until }) => until <= now)) {
      delayed.splice(delayed.indexOf(each), 1)
      queue.push(each.job)
    }
    for (const ticket of admission.advance(now)) start(jobs.find(job => job.ticket === ticket)!)
    while (queue.length > 0 && running.size + waiting.size < SLOTS) {
      const job = queue.shift()!
      if (job.isHeavy) ask(job)
      else {
        if (waiting.size > 0) deferrals.lightPassed()
        start(job)
      }
    }
  }
}

/** A run with the rest after it, which is 4 % of it and rounded up to a millisecond, and two turns of the loop, of a millisecond each. */
function costOf(runMs: number): number {
  return runMs * 1.04 + 3
}

const someJobs: fc.Arbitrary<Job[]> = fc
  .array(fc.record({ at: fc.nat(1000), runMs: fc.integer({ min: 1, max: LONGEST_RUN_MS }), isHeavy: fc.boolean() }), {
    minLength: 1,
    maxLength: 60,
    size: 'max',
  })
  .map(all =>
    all.map((job, at) => ({ ...job, key: `${at}`, lastAskedAt: 0, beforeMs: 0, deferredMs: 0, deferrals: 0 })),
  )

test('no job starves: it starts after its deferrals, the runs in progress, and those of jobs that first asked before it', () => {
  fc.assert(
    fc.property(someJobs, jobs => {
      workOff(jobs)
      for (const { isHeavy, firstAskedAt, lastAskedAt, startedAt, beforeMs, deferredMs, deferrals } of jobs) {
        if (!isHeavy) continue
        expect(deferredMs).toBeLessThanOrEqual(TOTAL_MS)
        expect(deferrals).toBeLessThanOrEqual(9)
        expect(firstAskedAt! + deferredMs).toBeLessThanOrEqual(lastAskedAt + 1)
        // Others that asked first come back from their deferrals.
        const others = jobs.filter(
          other => other.isHeavy && other.firstAskedAt! < firstAskedAt! && other.startedAt! >= lastAskedAt,
        )
        const late = others.reduce((sum, other) => sum + costOf(other.runMs), 0)
        expect(startedAt! - lastAskedAt).toBeLessThanOrEqual(beforeMs + late + REST_LEFT_MS)
      }
    }),
    { numRuns: 150 },
  )
})
