import type { JobRun } from '../jobs/job-run.ts'
import type { Admission, Ticket } from './admission.ts'
import type { JobDemands, NamedRuns } from './job-demands.ts'
import { LoopUseMeter } from '../loop/loop-use-meter.ts'

/** So many runs that started before there was a limit are counted, by name. */
const MOST_EARLIER = 100

interface Held {
  readonly ticket: Ticket
  readonly runs: NamedRuns
  /** Whether no other heavy job has run beside it. */
  isAlone: boolean
  readonly meter: LoopUseMeter
}

/** The heavy jobs that run, and what they show about how long their runs take. */
export class HeavyRuns {
  readonly #admission: Admission
  readonly #held = new Map<JobRun, Held>()
  /** Runs that started before there was a limit. */
  readonly #earlier = new Map<NamedRuns, Ticket[]>()

  constructor(admission: Admission) {
    this.#admission = admission
  }

  /** Counts the heavy jobs that run already. */
  countEarlier(demands: JobDemands, now: number): void {
    for (const runs of demands.all()) {
      const demand = demands.demand(runs, now)
      if (demand === undefined || runs.running === 0) continue
      const asked = { demand, expectedMs: demands.expectedMs(runs, now), firstAskedAt: now }
      const count = Math.min(runs.running, MOST_EARLIER)
      this.#earlier.set(
        runs,
        Array.from({ length: count }, () => this.#admission.add(asked, now)),
      )
    }
  }

  started(run: JobRun, runs: NamedRuns, ticket: Ticket): void {
    this.#held.set(run, { ticket, runs, isAlone: true, meter: new LoopUseMeter() })
    if (ticket.demand.loop === 0 || this.#admission.used('loop') <= ticket.demand.loop) return
    for (const held of this.#held.values()) held.isAlone = false
  }

  /** False for a job that is not among them. */
  ended(run: JobRun, runs: NamedRuns, now: number): boolean {
    const held = this.#held.get(run)
    const ticket = held?.ticket ?? this.#earlier.get(runs)?.pop()
    if (ticket === undefined) return false
    if (held !== undefined) {
      this.#held.delete(run)
      if (held.isAlone) runs.ranAlone(now - (ticket.startedAt ?? now), held.meter.read())
      else runs.ranBeside()
    }
    this.#admission.end(ticket, now)
    return true
  }
}
