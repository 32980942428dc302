import type { Coordinator, FleetLease } from '../fleet/coordinator.ts'
import { parseChangeRecord, type ChangeRecord } from './change-record.ts'
import type { JournalFile } from './journal-file.ts'
import type { UndoJournal } from './journal.ts'

/** The right to keep one knob changed, and the place where the way back is written. */
export interface KnobLease {
  /** Of a shared knob; handed to its `compareAndSet`. */
  readonly fleet?: FleetLease
  /** Keeps the way back; what is recorded outlives the process once this resolves. */
  record(change: ChangeRecord): Promise<void>
  /** One more lease time; false when it was lost. */
  renew(): Promise<boolean>
  /**
   * Makes sure that it is held for long enough to undo a change: renews it, or takes it again. `retaken`: somebody else may have undone
   * the change meanwhile.
   */
  hold(): Promise<'held' | 'retaken' | 'lost'>
  /** The change is undone: the record goes, others may have the knob. */
  settle(): Promise<void>
  /** Somebody else's value stands: the record goes, and nobody has the knob until the exclusion is over. */
  exclude(): Promise<void>
}

/** Of a value that ends with the process: there is nothing to write down. */
export function createMemoryLease(): KnobLease {
  const done = async (): Promise<void> => undefined
  return { record: done, renew: async () => true, hold: async () => 'held', settle: done, exclude: done }
}

/** Of a value of this host that outlives the process. */
export function createJournalLease(
  knob: string,
  journal: Pick<UndoJournal | JournalFile, 'record' | 'settle' | 'touch'>,
  clock: () => number,
): KnobLease {
  const settle = (): Promise<void> => journal.settle(knob)
  return {
    record: change => journal.record(change),
    renew: () => journal.touch(clock()).then(() => true),
    hold: async () => 'held',
    settle,
    exclude: settle,
  }
}

export interface SharedLeaseTimes {
  readonly leaseMs: number
  readonly excludeMs: number
}

/** Of a value that the fleet shares: the coordinator keeps lease and record, so that any process can take the change back. */
export class SharedLease implements KnobLease {
  readonly #coordinator: Coordinator
  readonly #times: SharedLeaseTimes
  #fleet: FleetLease
  #recorded: ChangeRecord | undefined

  constructor(coordinator: Coordinator, fleet: FleetLease, times: SharedLeaseTimes) {
    this.#coordinator = coordinator
    this.#fleet = fleet
    this.#times = times
  }

  get fleet(): FleetLease {
    return this.#fleet
  }

  async record(change: ChangeRecord): Promise<void> {
    this.#recorded = change
    await this.#coordinator.record(this.#fleet, change)
  }

  renew(): Promise<boolean> {
    return this.#extend(this.#times.leaseMs)
  }

  async hold(): Promise<'held' | 'retaken' | 'lost'> {
    const leftMs = this.#fleet.heldUntil - performance.now()
    if (leftMs > this.#times.leaseMs / 3 || (await this.renew())) return 'held'
    const again = await this.#coordinator.acquire(this.#fleet.key, this.#times.leaseMs)
    if (!again) return 'lost'
    const left = parseChangeRecord(again.left)
    if (left && !isSame(left, this.#recorded)) {
      // Another process has undone ours, made a change of its own, and left it.
      await this.#coordinator.release(again)
      return 'lost'
    }
    this.#fleet = again
    return 'retaken'
  }

  async settle(): Promise<void> {
    await this.#coordinator.settle(this.#fleet)
    await this.#coordinator.release(this.#fleet)
  }

  /** The lease is kept, by nobody, until the exclusion is over; the record goes after that is sure. */
  async exclude(): Promise<void> {
    if (await this.#extend(this.#times.excludeMs)) await this.#coordinator.settle(this.#fleet)
  }

  /** The exclusion is lifted before its time. */
  release(): Promise<boolean> {
    return this.#coordinator.release(this.#fleet)
  }

  async #extend(ttlMs: number): Promise<boolean> {
    const renewed = await this.#coordinator.renew(this.#fleet, ttlMs)
    if (renewed) this.#fleet = renewed
    return renewed !== undefined
  }
}

function isSame(one: ChangeRecord, other: ChangeRecord | undefined): boolean {
  return one.was === other?.was && one.set.join() === other.set.join()
}
