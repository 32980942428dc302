import type { Coordinator, Orphan } from '../../words/coordinator.ts'
import { knobOf } from '../../fleet/lease-key.ts'
import type { UndoResult } from '../../words/receipt.ts'
import { readRecord, type ChangeRecord } from './change-record.ts'
import { KnobNotUndoneError, RecordRefusedError } from '../errors.ts'
import type { JournalFile } from './journal-file.ts'
import type { AdoptedJournal, UndoJournal } from './journal.ts'
import { createJournalLease, SharedLease, type KnobLease, type SharedLeaseTimes } from '../knob-lease.ts'

/** Reverting a change needs a moment only; should this process die in it, the next does not have to wait for a whole lease. */
const RESTORE_MS = 5000

export interface LeftChangesOptions extends SharedLeaseTimes {
  readonly journal: UndoJournal
  /** Leases shared knobs. @default none */
  readonly coordinator?: Coordinator | undefined
  readonly clock: () => number
  readonly isKnown: (knob: string) => boolean
  /** Known, and set under leases of the coordinator. Records of other knobs in the coordinator are not ours. */
  readonly isShared: (knob: string) => boolean
  /** Reverts one; see `restoreRecord`. */
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
  /** Where records are that were refused and reported. */
  readonly #refused = new Set<string>()

  constructor(options: LeftChangesOptions) {
    this.#options = options
  }

  /** Whether a change of the knob by an earlier process has not been reverted yet. */
  has(knob: string): boolean {
    return [...this.#journals.keys()].some(journal => journal.changes.some(change => change.knob === knob))
  }

  /** Reverts what can be reverted now. */
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
      const { journals, unsure } = await journal.adopt(isKnown, clock(), this.#options.onFault)
      this.#unsure = unsure > 0
      for (const adopted of journals) this.#journals.set(adopted.journal, adopted)
    }
    await Promise.all([...this.#journals.values()].map(adopted => this.#restoreAll(adopted)))
  }

  async #restoreAll({ journal, deadPath }: AdoptedJournal): Promise<void> {
    const { isKnown, clock } = this.#options
    const known = journal.changes.filter(change => isKnown(change.knob))
    await Promise.all(
      known.map(change =>
        this.#restore(change, createJournalLease(change.knob, journal, clock), `${journal.path} ${change.knob}`),
      ),
    )
    const open = journal.changes
    if (open.some(change => isKnown(change.knob))) return
    this.#journals.delete(journal)
    // The remaining records belong to knobs of other programs of this service, which look for them under this name.
    if (open.length > 0) await journal.rename(deadPath)
    else await journal.close()
  }

  async #sweepFleet(): Promise<void> {
    const { coordinator, leaseMs } = this.#options
    const orphans = (await coordinator?.orphans(Math.min(leaseMs, RESTORE_MS))) ?? []
    await Promise.all(orphans.map(orphan => this.#restoreOrphan(coordinator as Coordinator, orphan)))
  }

  /** One that cannot be restored keeps no other from it. */
  async #restoreOrphan(coordinator: Coordinator, { record, lease }: Orphan): Promise<void> {
    const { isShared, onFault } = this.#options
    try {
      const knob = knobOf(lease.key)
      // Another process may know the knob; the record stays for it.
      if (knob === undefined || !isShared(knob)) return void (await coordinator.release(lease))
      const change = readRecord(record, knob)
      if (change instanceof RecordRefusedError) {
        this.#refuse(`fleet ${knob}`, change)
        // A later release knows what its record means; what is not a record helps nobody.
        if (!change.isLater) await coordinator.settle(lease)
        await coordinator.release(lease)
      } else if (!(await this.#restore(change, new SharedLease(coordinator, lease, this.#options), `fleet ${knob}`)))
        await coordinator.release(lease)
    } catch (error) {
      onFault(error)
    }
  }

  /** @returns false when the record was refused; it is then still there */
  async #restore(change: ChangeRecord, lease: KnobLease, place: string): Promise<boolean> {
    try {
      const result = await this.#options.restore(change, lease)
      this.#refused.delete(place)
      if (result.result === 'failed') this.#options.onFault(new KnobNotUndoneError(result.error))
    } catch (error) {
      if (!(error instanceof RecordRefusedError)) this.#options.onFault(error)
      else this.#refuse(place, error)
      return !(error instanceof RecordRefusedError)
    }
    return true
  }

  /** It will be refused again every second, and that is reported once. */
  #refuse(place: string, error: RecordRefusedError): void {
    if (!this.#refused.has(place)) this.#options.onFault(error)
    this.#refused.add(place)
  }
}
