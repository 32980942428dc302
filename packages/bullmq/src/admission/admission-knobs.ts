import type { Knob } from '@homeostat/optimizer'
import type { Workers } from '../signals/seen-workers.ts'
import type { Resource } from './admission.ts'
import type { AdmissionGate } from './admission-gate.ts'
import { DATABASE_UNLIMITED, LOOP_UNLIMITED } from './admission-limits.ts'

/** Options of the knobs `queue.admission.loop` and `queue.admission.database`. */
export interface AdmissionKnobsOptions {
  /** The gate whose limits the knobs set. */
  readonly gate: AdmissionGate
  /** The workers whose jobs the gate admits: `instrumentation.workers`. */
  readonly workers: Workers
}

/**
 * How much the heavy jobs of this process may take together. Light jobs, and jobs whose cost is not known yet, always run at once.
 *
 * - `queue.admission.loop`: of the event loop, in loops. 1 lets jobs that compute run one after the other, and jobs that mostly wait
 *   run together; nothing is lost by it, as the loop is one CPU. 0.5 leaves half of the loop to everything else, so that heavy jobs take
 *   longer. 32 limits nothing. `queue.rescheduleHeavyTasks` sets it to 1. A split compares short slots of time; see `SlotTrial`.
 * - `queue.admission.database`: of the database connections, as a share of those that the jobs which hold most of them held before.
 *   1 limits nothing. `queue.limitDatabaseJobs` halves it.
 *
 * A lower value holds at once. A higher one is reached step by step within a minute; see `CapacityRelease`.
 */
export function createAdmissionKnobs({ gate, workers }: AdmissionKnobsOptions): readonly [loop: Knob, database: Knob] {
  const { limits } = gate
  return [
    knobOf('loop', {
      name: 'queue.admission.loop',
      bounds: { min: 0.1, max: LOOP_UNLIMITED },
      lowers: ['cpu'],
      actions: { 'queue.rescheduleHeavyTasks': { to: 1 } },
      read: () => limits.loop,
      set: loop => gate.setLoop(loop),
      divide: (arms, control) => gate.divide(arms, control),
    }),
    knobOf('database', {
      name: 'queue.admission.database',
      bounds: { min: 0.1, max: DATABASE_UNLIMITED },
      lowers: ['database'],
      actions: { 'queue.limitDatabaseJobs': { factor: 0.5 } },
      read: () => limits.databaseShare,
      set: share => gate.setDatabaseShare(share),
    }),
  ]

  function knobOf(resource: Resource, { read, set, ...own }: Limit): Knob {
    return {
      ...own,
      scope: 'process',
      keptIn: 'memory',
      touches: ['queue'],
      raises: [],
      risk: 1,
      unready: () => unready(resource, gate, workers),
      read,
      compareAndSet(expected, next) {
        if (read() !== expected) return false
        set(next)
        return true
      },
    }
  }
}

/** The parts in which the two knobs differ. */
interface Limit extends Pick<Knob, 'name' | 'bounds' | 'lowers' | 'actions' | 'divide'> {
  readonly read: () => number
  readonly set: (value: number) => void
}

/** Why a limit would change nothing now, in one line; undefined when it would. */
function unready(resource: Resource, gate: AdmissionGate, workers: Workers): string | undefined {
  if (workers.open().length === 0) return 'this process has no BullMQ worker that Homeostat observes'
  const known = gate.known()
  if (known.names === 0) return 'the cost of no job is known yet; it is learned while jobs run'
  if (known[resource] > 0) return undefined
  if (resource === 'loop') return 'no job of this process takes 5 ms of CPU or more per run'
  return 'no job of this process uses the database for 5 ms or more per run'
}
