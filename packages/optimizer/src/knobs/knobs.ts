import { after, describeThrown, every, intervalOf, Turns, within, withoutTracing } from '@homeostat/signals'
import { knobKey } from '../fleet/lease-key.ts'
import type { Knob } from '../words/knob.ts'
import type { UndoResult } from '../words/receipt.ts'
import { Adjustment } from './adjustment.ts'
import type { KnobSetting } from './adjustment-options.ts'
import { readRecord, type ChangeRecord } from './journal/change-record.ts'
import { DuplicateKnobError, KnobNotUndoneError, RecordRefusedError } from './errors.ts'
import { JournalUnavailableError } from '../state/errors.ts'
import { Exclusions } from './journal/exclusions.ts'
import { UndoJournal } from './journal/journal.ts'
import { accessTo, type KnobAccess } from './knob-access.ts'
import { createJournalLease, createMemoryLease, SharedLease, type KnobLease } from './knob-lease.ts'
import type { KnobsOptions } from './knobs-options.ts'
import { LeftChanges } from './journal/left-changes.ts'
import { restoreRecord } from './journal/restore-record.ts'
import { stateFolder } from '../state/state-folder.ts'
import { undoBeforeExit } from './undo-before-exit.ts'

/** What switching off may take at most, so that a shutdown is not held up. */
const UNDO_ALL_MS = 5000
/** How often a changed knob checks whether all is stopped, in case there was no notification. */
const STOP_LOOK_MS = 1000
/** The longest call to a knob while the kill switch is tripped: a whole undo then takes less than 5 s. */
const HURRY_MS = 1000

interface KnownKnob {
  readonly knob: Knob
  readonly access: KnobAccess
  readonly hurriedAccess: KnobAccess
}

/**
 * The knobs of a process: sees to it that every change of one ends, whatever happens to this process, and that a person's change is
 * never touched. `knobAction()` makes actions of them.
 */
export class Knobs implements AsyncDisposable {
  readonly #options: Required<Pick<KnobsOptions, 'leaseMs' | 'excludeMs' | 'clock' | 'onFault'>> & KnobsOptions
  readonly #known = new Map<string, KnownKnob>()
  readonly #journal: UndoJournal
  readonly #exclusions: Exclusions
  readonly #left: LeftChanges
  readonly #turns = new Turns()
  readonly #adjustments = new Map<string, Adjustment>()
  /** Leases that keep the fleet from knobs which a person has set. */
  readonly #excluding = new Map<string, SharedLease>()
  #started: Promise<void> | undefined
  readonly #sweepMs: number
  #sweeping: Disposable | undefined
  #stopLook: Disposable | undefined
  #exitUndo: Disposable | undefined
  #closed = false
  /** The event loop of the process has nothing left to do. */
  #isProcessEnding = false

  /** @throws DuplicateKnobError for two knobs of one name */
  constructor(options: KnobsOptions) {
    const { leaseMs = 60_000, excludeMs = 86_400_000, timeoutMs = 2000, clock, onFault = ignore } = options
    this.#options = { ...options, leaseMs, excludeMs, clock, onFault }
    this.#sweepMs = intervalOf('sweepMs', options.sweepMs, 1000)
    for (const knob of options.knobs) {
      if (this.#known.has(knob.name)) throw new DuplicateKnobError(knob.name)
      const hurriedAccess = accessTo(knob, Math.min(timeoutMs, HURRY_MS))
      this.#known.set(knob.name, { knob, access: accessTo(knob, timeoutMs), hurriedAccess })
    }
    const folder = stateFolder({ ...options, environment: options.environment ?? process.env })
    this.#journal = new UndoJournal({ folder, leaseMs })
    this.#exclusions = new Exclusions(folder)
    this.#left = new LeftChanges({
      journal: this.#journal,
      coordinator: options.knobs.some(knob => knob.scope === 'shared') ? options.coordinator : undefined,
      clock,
      leaseMs,
      excludeMs,
      onFault,
      isKnown: knob => this.#known.has(knob),
      isShared: knob => this.#known.get(knob)?.knob.scope === 'shared',
      restore: (record, lease) => this.inTurn(record.knob, () => this.#restore(record, lease)),
    })
  }

  /** Restores what earlier processes left, and goes on looking for what others leave. Calling it twice is harmless. */
  start(): Promise<void> {
    this.#started ??= this.#refreshExclusions().then(() => this.#sweep())
    return this.#started
  }

  /** The knobs that stand elsewhere than they were. */
  get adjusted(): readonly string[] {
    return [...this.#adjustments.keys()]
  }

  /** The value to which a knob was set and what has set it; undefined where it stands as it was. */
  settingOf(knob: string): KnobSetting | undefined {
    return this.#adjustments.get(knob)?.layers.setting
  }

  /** Until when a knob is left alone because a person has set it, in milliseconds since the epoch. */
  excludedUntil(knob: string): number | undefined {
    return this.#exclusions.until(knob, this.#options.clock())
  }

  /** Lets Homeostat set the knob again before its exclusion is over. */
  async lift(knob: string): Promise<void> {
    await this.#exclusions.lift(knob)
    const lease = this.#excluding.get(knob)
    this.#excluding.delete(knob)
    await lease?.release()
  }

  /**
   * Undoes every change, at once and in one go: what the kill switch and a shutdown ask for. That includes sets which gave no
   * answer. An undo that did not end in time is tried again while the process lives, and then by the next process.
   *
   * @param limitMs - @default 5000
   */
  async undoAll(limitMs: number = UNDO_ALL_MS): Promise<ReadonlyMap<string, UndoResult>> {
    const late = new KnobNotUndoneError(`not undone within ${limitMs} ms`)
    for (const { access } of this.#known.values()) access.hurry(HURRY_MS)
    // In turn, so that a set which is under way is undone as well.
    const undone = [...this.#known.keys()].map(async knob => {
      const undo = this.inTurn(knob, async () => this.#adjustments.get(knob)?.undoInTurn(AbortSignal.abort()))
      return [knob, await within(limitMs, undo, () => late, { holdsProcess: true }).catch(failedUndo)] as const
    })
    const results = await Promise.all(undone)
    return new Map(results.filter((entry): entry is [string, UndoResult] => entry[1] !== undefined))
  }

  /** Undoes everything and stops. */
  async close(): Promise<void> {
    this.#closed = true
    await this.undoAll()
    for (const timer of [this.#sweeping, this.#stopLook, this.#exitUndo]) timer?.[Symbol.dispose]()
    await this.#started
    await Promise.all([this.#journal.close(), this.#left.close()])
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Work on one knob is done one after the other. */
  inTurn<R>(knob: string, work: () => Promise<R>): Promise<R> {
    return this.#turns.take(knob, work)
  }

  accessTo(knob: string): KnobAccess {
    return this.#get(knob).access
  }

  /** Why the knob must not be set now; undefined when it may be. */
  async refusalOf(knob: string): Promise<string | undefined> {
    const { coordinator } = this.#options
    if (this.#isStopped()) return `${knob} is not set: stopped`
    await this.#refreshExclusions()
    const until = this.excludedUntil(knob)
    if (until !== undefined) {
      return `${knob} was set by somebody else and is not changed until ${new Date(until).toISOString()}`
    }
    if (this.#left.has(knob)) return `${knob} is still changed by an earlier process and could not be restored yet`
    const refusal = this.#adjustments.get(knob)?.refusal
    if (refusal !== undefined) return refusal
    if (this.#get(knob).knob.scope === 'shared' && !coordinator) return `${knob} is shared and there is no coordinator`
    return undefined
  }

  /** The adjustment in force, or a new one; undefined while another process has the knob. To be called in the knob's turn. */
  async adjustmentOf(knob: string, was: number): Promise<Adjustment | undefined> {
    const existing = this.#adjustments.get(knob)
    if (existing) return existing
    const lease = await this.#leaseOf(this.#get(knob).knob)
    if (!lease) return undefined
    const { leaseMs, onFault } = this.#options
    const adjustment = new Adjustment({
      ...this.#get(knob),
      lease,
      was,
      leaseMs,
      onFault,
      inTurn: work => this.inTurn(knob, work),
      isStopped: () => this.#isStopped(),
      onEnd: async byPerson => {
        this.#adjustments.delete(knob)
        this.#watch()
        if (byPerson) await this.#exclude(knob, lease)
      },
    })
    this.#adjustments.set(knob, adjustment)
    this.#watch()
    return adjustment
  }

  async #leaseOf({ name, scope, keptIn }: Knob): Promise<KnobLease | undefined> {
    const { coordinator, leaseMs, clock } = this.#options
    if (scope === 'process') {
      return keptIn === 'memory' ? createMemoryLease() : createJournalLease(name, this.#journal, clock)
    }
    const fleet = await coordinator?.acquire(knobKey(name), leaseMs)
    if (!fleet || !coordinator) return undefined
    const lease = new SharedLease(coordinator, fleet, this.#options)
    if (fleet.left === undefined) return lease
    const left = readRecord(fleet.left, name)
    try {
      if (left instanceof RecordRefusedError) throw left
      await this.#restore(left, lease)
    } catch (error) {
      // A text that is not a record is of no use, and must not block the knob for ever.
      if (left instanceof RecordRefusedError && !left.isLater) await coordinator.settle(fleet)
      await coordinator.release(fleet)
      throw error
    }
    // Also if the undo failed: the lease went with it, and the next run starts anew.
    return undefined
  }

  async #restore(record: ChangeRecord, lease: KnobLease): Promise<UndoResult> {
    const { knob, access } = this.#get(record.knob)
    await this.#adjustments.get(record.knob)?.handOver()
    const result = await restoreRecord(record, knob, access, lease)
    if (result.result === 'superseded') await this.#exclude(record.knob, lease)
    return result
  }

  async #refreshExclusions(): Promise<void> {
    try {
      await this.#exclusions.refresh(this.#options.clock())
    } catch (error) {
      // A folder that is refused is reported when the journals in it are looked for.
      if (!(error instanceof JournalUnavailableError)) this.#options.onFault(error)
    }
  }

  async #exclude(knob: string, lease: KnobLease): Promise<void> {
    const { clock, excludeMs, onFault } = this.#options
    if (lease instanceof SharedLease) this.#excluding.set(knob, lease)
    await this.#exclusions.exclude(knob, clock() + excludeMs).catch(onFault)
  }

  async #sweep(): Promise<void> {
    await withoutTracing(() => this.#left.sweep())
    if (this.#closed) return
    this.#sweeping = after(this.#sweepMs, () => this.#sweep(), { report: this.#options.onFault })
  }

  #isStopped(): boolean {
    return this.#closed || this.#isProcessEnding || this.#options.isStopped?.() === true
  }

  /** While something is changed: undoes it within a second of the stop, and when the process comes to its natural end. */
  #watch(): void {
    const isChanged = this.#adjustments.size > 0
    if (isChanged === (this.#stopLook !== undefined)) return
    for (const watch of [this.#stopLook, this.#exitUndo]) watch?.[Symbol.dispose]()
    this.#stopLook = this.#exitUndo = undefined
    if (!isChanged || this.#closed) return
    this.#stopLook = every(STOP_LOOK_MS, () => this.#undoForgotten(), this.#options.onFault)
    this.#exitUndo = undoBeforeExit(async () => {
      this.#isProcessEnding = true
      await this.undoAll()
      // The application may have found something to do after all.
      after(STOP_LOOK_MS, () => (this.#isProcessEnding = false))
    })
  }

  /** Those that are being undone look after themselves. */
  async #undoForgotten(): Promise<void> {
    if (this.#isStopped() && [...this.#adjustments.values()].some(({ isEnding }) => !isEnding)) await this.undoAll()
  }

  #get(knob: string): KnownKnob {
    const known = this.#known.get(knob)
    if (!known) throw new Error(`${knob} is not one of the knobs; add it to the option knobs`)
    return known
  }
}

function failedUndo(error: unknown): UndoResult {
  return { result: 'failed', error: describeThrown(error) }
}

function ignore(): void {}
