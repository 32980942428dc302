import type { Coordinator, FleetLease } from '../words/coordinator.ts'
import { LeaseLostError } from '../fleet/errors.ts'
import type { UndoResult } from '../words/receipt.ts'
import { parseChangeRecord, type ChangeRecord } from './journal/change-record.ts'
import type { JournalFile } from './journal/journal-file.ts'
import type { UndoJournal } from './journal/journal.ts'

/**
 * What became of the right to a knob. `retaken`: nobody had it, and somebody else may have reverted the change meanwhile.
 * `taken`: another process has it now. `over`: another process has dealt with our change, and left one of its own.
 */
export type Hold = 'held' | 'retaken' | 'taken' | 'over'

/** The right to keep one knob changed, and the place where the way back is written. */
export interface KnobLease {
  /** For a shared knob only; handed to its `compareAndSet`. */
  readonly fleet?: FleetLease
  /** Keeps the way back; what is recorded outlives the process once this resolves. */
  record(change: ChangeRecord): Promise<void>
  /** One more lease time; false when it was lost. */
  renew(): Promise<boolean>
  /**
   * Makes sure that it is held for long enough to undo a change: renews it, or takes it again.
   *
   * @returns what became of it, and the values that a record found there adds to those that may stand because of us
   */
  hold(): Promise<{ readonly hold: Hold; readonly set: readonly number[] }>
  /** The change is undone: the record goes, others may have the knob. */
  settle(): Promise<void>
  /**
   * Somebody else's value stands: the record goes, and nobody has the knob until the exclusion is over.
   *
   * @returns false when the lease was lost: the value may then be one of another process
   */
  exclude(): Promise<boolean>
}

const HELD = { hold: 'held', set: [] } as const

/** The lease of a value that ends with the process: it writes nothing down. */
export function createMemoryLease(): KnobLease {
  const done = async (): Promise<void> => undefined
  return { record: done, renew: async () => true, hold: async () => HELD, settle: done, exclude: async () => true }
}

/** The lease of a value on this host that outlives the process. */
export function createJournalLease(
  knob: string,
  journal: Pick<UndoJournal | JournalFile, 'record' | 'settle' | 'touch'>,
  clock: () => number,
): KnobLease {
  const settle = (): Promise<void> => journal.settle(knob)
  return {
    record: change => journal.record(change),
    renew: () => journal.touch(clock()).then(() => true),
    hold: async () => HELD,
    settle,
    exclude: () => settle().then(() => true),
  }
}

export interface SharedLeaseTimes {
  readonly leaseMs: number
  readonly excludeMs: number
}

/** The lease of a value that the fleet shares: the coordinator keeps lease and record, so that any process can revert the change. */
export class SharedLease implements KnobLease {
  readonly #coordinator: Coordinator
  readonly #times: SharedLeaseTimes
  #fleet: FleetLease
  #recorded: ChangeRecord | undefined
  /** The coordinator reported it: the end of the lease on our clock does not count any more. */
  #isLost = false

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
    await this.#unlessLost(() => this.#coordinator.record(this.#fleet, change))
  }

  async renew(): Promise<boolean> {
    if (this.#isLost || !(await this.#extend(this.#times.leaseMs))) return false
    // A server may have dropped the record and kept the lease: an eviction, a DEL by hand.
    if (this.#recorded) await this.record(this.#recorded)
    return true
  }

  async hold(): Promise<{ hold: Hold; set: readonly number[] }> {
    const leftMs = this.#fleet.heldUntil - performance.now()
    if (!this.#isLost && (leftMs > this.#times.leaseMs / 3 || (await this.renew()))) return HELD
    const again = await this.#coordinator.acquire(this.#fleet.key, this.#times.leaseMs)
    if (!again) return { hold: 'taken', set: [] }
    const left = again.left === undefined ? undefined : parseChangeRecord(again.left)
    if (left === 'later' || (left && !this.#isAboutOurs(left))) {
      // Another process has reverted our change, made one of its own, and left it.
      await this.#coordinator.release(again)
      return { hold: 'over', set: [] }
    }
    this.#fleet = again
    this.#isLost = false
    return { hold: 'retaken', set: left?.set ?? [] }
  }

  /** For a caller whom the knob has refused because of the lease: it has to be taken again, even if it looks valid. */
  lose(): void {
    this.#isLost = true
  }

  async settle(): Promise<void> {
    await this.#unlessLost(() => this.#coordinator.settle(this.#fleet))
    this.#recorded = undefined
    await this.#coordinator.release(this.#fleet)
  }

  /** The lease is kept, by nobody, until the exclusion is over; the record goes after that is sure. */
  async exclude(): Promise<boolean> {
    if (!(await this.#extend(this.#times.excludeMs))) return false
    await this.#coordinator.settle(this.#fleet)
    this.#recorded = undefined
    return true
  }

  /** The exclusion is lifted before its time. */
  release(): Promise<boolean> {
    return this.#coordinator.release(this.#fleet)
  }

  async #extend(ttlMs: number): Promise<boolean> {
    const renewed = await this.#coordinator.renew(this.#fleet, ttlMs)
    if (renewed) this.#fleet = renewed
    else this.#isLost = true
    return renewed !== undefined
  }

  /**
   * Whether a record goes on from our change or is an older one of it, as a replica may have it that has not received the rest:
   * where the coordinator has lost its data, another process may have taken our value for the original one.
   */
  #isAboutOurs({ was }: ChangeRecord): boolean {
    const ours = this.#recorded
    return ours !== undefined && (was === ours.was || ours.set.includes(was))
  }

  async #unlessLost(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (error instanceof LeaseLostError) this.#isLost = true
      throw error
    }
  }
}

/** How an undo ends of a change that another process looks after. */
export function goneElsewhere(knob: string): UndoResult {
  return { result: 'superseded', detail: `the lease of ${knob} went to another process` }
}
