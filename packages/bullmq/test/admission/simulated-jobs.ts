import { Admission, type Capacity, type Demand, type Ticket } from '../../src/admission/admission.ts'

/** A job of a simulation. Times in milliseconds. */
export interface SimulatedJob {
  readonly at: number
  readonly runMs: number
  readonly demand: Demand
}

/** A job that has run. */
export interface SimulatedRun extends SimulatedJob {
  readonly startedAt: number
  readonly endedAt: number
}

/** How long the loop takes to turn. */
export const TURN_MS = 1

interface Running {
  readonly job: SimulatedJob
  readonly ticket: Ticket
  readonly startedAt: number
  readonly endsAt: number
}

export interface SimulationOptions {
  readonly capacity: Capacity
  readonly jobs: readonly SimulatedJob[]
  /** Called after each change, with what runs. */
  readonly onChange?: (running: readonly SimulatedJob[], now: number) => void
}

/** Runs jobs through an admission in virtual time: each takes exactly as long as it says. */
export function simulate({ capacity, jobs, onChange }: SimulationOptions): readonly SimulatedRun[] {
  const admission = new Admission()
  admission.limit(capacity)
  const arriving = jobs.toSorted((a, b) => a.at - b.at)
  const waiting = new Map<Ticket, SimulatedJob>()
  let running: Running[] = []
  const runs: SimulatedRun[] = []
  let turnsAt = Infinity
  let now = 0
  const start = (ticket: Ticket, job: SimulatedJob): void => {
    running.push({ job, ticket, startedAt: now, endsAt: now + job.runMs })
    waiting.delete(ticket)
  }
  for (;;) {
    if (admission.isTurnTaken && turnsAt === Infinity) turnsAt = now + TURN_MS
    onChange?.(
      running.map(({ job }) => job),
      now,
    )
    const next = Math.min(
      arriving[0]?.at ?? Infinity,
      ...running.map(({ endsAt }) => endsAt),
      turnsAt,
      admission.nextAt(now) ?? Infinity,
    )
    if (next === Infinity) {
      if (waiting.size > 0) throw new Error(`${waiting.size} jobs wait for nothing`)
      return runs
    }
    now = next
    if (turnsAt <= now) {
      turnsAt = Infinity
      admission.turn()
    }
    for (const { job, ticket, startedAt } of running.filter(({ endsAt }) => endsAt <= now)) {
      admission.end(ticket, now)
      runs.push({ ...job, startedAt, endedAt: now })
    }
    running = running.filter(({ endsAt }) => endsAt > now)
    while (arriving.length > 0 && arriving[0]!.at <= now) {
      const job = arriving.shift()!
      const ticket = admission.ask({ demand: job.demand, expectedMs: job.runMs, firstAskedAt: job.at }, now)
      waiting.set(ticket, job)
      if (ticket.state === 'running') start(ticket, job)
    }
    for (const ticket of admission.advance(now)) start(ticket, waiting.get(ticket)!)
  }
}
