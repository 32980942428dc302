import type { Coordinator } from '../fleet/coordinator.ts'
import type { UndoResult } from '../receipt.ts'
import { parseChangeRecord, type ChangeRecord } from './change-record.ts'
import type { JournalFile } from './journal-file.ts'
import type { AdoptedJournal, UndoJournal } from './journal.ts'
import { createJournalLease, SharedLease, type KnobLease, type SharedLeaseTimes } from './knob-lease.ts'

/** Taking a change back needs a moment only; should this process die in it, the next does not have to wait for a whole lease. */
const RESTORE_MS = 5000

export interface LeftChangesOptions extends SharedLeaseTimes {
  readonly journal: UndoJournal
  readonly coordinator?: Coordinator | undefined
  readonly clock: () => number
  readonly isKnown: (knob: string) => boolean
  /** Takes one back; see `restoreRecord`. */
  readonly restore: (record: ChangeRecord, lease: KnobLease) => Promise<UndoResult>
  readonly onFault: (error: unknown) => void
}

/** What processes that are gone have left changed: of this host in their journals, of the fleet with the coordinator. */
export class LeftChanges {
  readonly #options: LeftChangesOptions
  /** Adopted journals that still hold something. */
  readonly #journals = new Map<JournalFile, AdoptedJournal>()
  /** Whether there may be journals to adopt. */
  #unsure = true

  constructor(options: LeftChangesOptions) {
    this.#options = options
  }

  /** Whether a change of the knob by an earlier process has not been taken back yet. */
  has(knob: string): boolean {
    return [...this.#journals.keys()].some(journal => journal.changes.some(change => change.knob === knob))
  }

  /** Takes back what can be taken back now. */
  async sweep(): Promise<void> {
    await Promise.all([this.#sweepHost(), this.#sweepFleet()].map(sweep => sweep.catch(this.#options.onFault)))
  }

  async close(): Promise<void> {
    await Promise.all([...this.#journals.keys()].map(journal => journal.close()))
  }

  async #sweepHost(): Promise<void> {
    const { journal, isKnown, clock } = this.#options
    if (this.#unsure) {
      // A folder that cannot be used now will not be asked again every second; without it nothing is set either.
      this.#unsure = false
      const { journals, unsure } = await journal.adopt(isKnown, clock())
      this.#unsure = unsure > 0
      for (const adopted of journals) this.#journals.set(adopted.journal, adopted)
    }
    await Promise.all([...this.#journals.values()].map(adopted => this.#restoreAll(adopted)))
  }

  async #restoreAll({ journal, deadPath }: AdoptedJournal): Promise<void> {
    const { isKnown, clock } = this.#options
    const known = journal.changes.filter(change => isKnown(change.knob))
    await Promise.all(known.map(change => this.#restore(change, createJournalLease(change.knob, journal, clock))))
    const open = journal.changes
    if (open.some(change => isKnown(change.knob))) return
    this.#journals.delete(journal)
    // What is left concerns knobs of other programs of this service: under its own name again they find it.
    if (open.length > 0) await journal.rename(deadPath)
    else await journal.close()
  }

  async #sweepFleet(): Promise<void> {
    const { coordinator, leaseMs, isKnown } = this.#options
    const orphans = (await coordinator?.orphans(Math.min(leaseMs, RESTORE_MS))) ?? []
    await Promise.all(
      orphans.map(async ({ record, lease }) => {
        const change = parseChangeRecord(record)
        if (change && isKnown(change.knob)) {
          await this.#restore(change, new SharedLease(coordinator as Coordinator, lease, this.#options))
        } else {
          // Another process may know the knob; the record stays for it.
          await coordinator?.release(lease)
        }
      }),
    )
  }

  async #restore(change: ChangeRecord, lease: KnobLease): Promise<void> {
    try {
      const result = await this.#options.restore(change, lease)
      if (result.result === 'failed') this.#options.onFault(new Error(result.error))
    } catch (error) {
      this.#options.onFault(error)
    }
  }
}
