import { randomBytes } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorType } from '@homeostat/signals'
import type { ChangeRecord } from './change-record.ts'
import { ClockStep } from './clock-step.ts'
import { JournalUnavailableError } from '../../state/errors.ts'
import { JournalFile } from './journal-file.ts'
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts'
import { checkStateFolder, openStateFolder } from '../../state/state-folder.ts'

export interface UndoJournalOptions {
  readonly folder: string
  /** A process that cannot be checked from here, e.g. in another container, counts as dead after twice this time without a sign. */
  readonly leaseMs: number
  /** Whose journal this is. @default this process */
  readonly identity?: ProcessIdentity
}

/** A journal of a dead process, under a name of this one. */
export interface AdoptedJournal {
  readonly journal: JournalFile
  /** The name under which other processes find it. */
  readonly deadPath: string
}

/** The parts of a journal's name: `{pid}-{start}-{machine}-{random}.journal`. */
const NAME = /^(?<pid>\d+)-(?<startedAt>\d+)-(?<machine>[0-9a-f]{12})-[0-9a-f]{8}\.journal$/

/**
 * The undo records of this process's knobs whose values outlive it, in a file of its own. The file is named by its owner, and
 * owners are distinguished by pid and start, so several processes of one host share a folder and leave each other's live knobs alone.
 */
export class UndoJournal {
  readonly folder: string
  readonly #identity: ProcessIdentity
  readonly #leaseMs: number
  readonly #clockStep: ClockStep
  #own: Promise<JournalFile> | undefined

  constructor({ folder, leaseMs, identity = ownIdentity() }: UndoJournalOptions) {
    this.folder = folder
    this.#leaseMs = leaseMs
    this.#identity = identity
    this.#clockStep = new ClockStep(leaseMs)
  }

  /** On the disk when it resolves. @throws JournalUnavailableError - then nothing may be set */
  async record(change: ChangeRecord): Promise<void> {
    try {
      const own = await this.#open()
      await own.record(change)
    } catch (error) {
      if (error instanceof JournalUnavailableError) throw error
      throw new JournalUnavailableError(this.folder, errorType(error), { cause: error })
    }
  }

  async settle(knob: string): Promise<void> {
    await (await this.#own)?.settle(knob)
  }

  async touch(now: number): Promise<void> {
    await (await this.#own)?.touch(now)
  }

  async close(): Promise<void> {
    const own = this.#own
    this.#own = undefined
    await (await own)?.close()
  }

  /**
   * Takes over the journals of processes that are dead. A journal is taken by giving it a name of this process, which only one
   * process can do; should this one die as well, the next takes it from here. Those that name no known knob are left to others,
   * and those that a later release has written in to that release.
   *
   * @param onFault - called for each journal that cannot be read; it hides no other
   * @returns `unsure`: how many belong to processes of which nothing is known yet; ask again later
   */
  async adopt(
    isKnown: (knob: string) => boolean,
    now: number,
    onFault: (error: unknown) => void,
  ): Promise<{ journals: readonly AdoptedJournal[]; unsure: number }> {
    const journals: AdoptedJournal[] = []
    let unsure = 0
    const isOnTime = this.#clockStep.isOver(now)
    for (const name of await this.#names()) {
      try {
        const alive = await this.#isAlive(name, now)
        // The clock was set: the age of a file of another machine is known again after one lease time.
        const isUnsure = alive === undefined || (alive === 'silent' && !isOnTime)
        if (isUnsure) unsure++
        if (isUnsure || alive === true) continue
        const adopted = await this.#adoptOne(name, isKnown)
        if (adopted) journals.push(adopted)
      } catch (error) {
        onFault(error)
      }
    }
    return { journals, unsure }
  }

  async #adoptOne(name: string, isKnown: (knob: string) => boolean): Promise<AdoptedJournal | undefined> {
    const deadPath = join(this.folder, name)
    const journal = await JournalFile.read(deadPath)
    if (journal.hasLater) return undefined
    if (journal.changes.length > 0 && !journal.changes.some(change => isKnown(change.knob))) return undefined
    return (await journal.rename(join(this.folder, this.#nameOfOwn()))) ? { journal, deadPath } : undefined
  }

  /** Undefined when nothing is known of the owner, and it may live; `silent` when it has shown no life for too long. */
  async #isAlive(name: string, now: number): Promise<boolean | 'silent' | undefined> {
    const owner = NAME.exec(name)?.groups as { pid: string; startedAt: string; machine: string } | undefined
    if (!owner) return true
    const alive = isAlive({ ...owner, pid: Number(owner.pid) }, this.#identity)
    if (alive !== undefined) return alive
    const touchedAt = await stat(join(this.folder, name)).then(
      ({ mtimeMs }) => mtimeMs,
      () => now,
    )
    return now - touchedAt > 2 * this.#leaseMs ? 'silent' : undefined
  }

  async #names(): Promise<readonly string[]> {
    return (await checkStateFolder(this.folder)) ? readdir(this.folder) : []
  }

  #open(): Promise<JournalFile> {
    this.#own ??= this.#make().catch((error: unknown) => {
      this.#own = undefined
      throw error
    })
    return this.#own
  }

  async #make(): Promise<JournalFile> {
    await openStateFolder(this.folder)
    return JournalFile.read(join(this.folder, this.#nameOfOwn()))
  }

  #nameOfOwn(): string {
    const { pid, startedAt, machine } = this.#identity
    return `${pid}-${startedAt}-${machine}-${randomBytes(4).toString('hex')}.journal`
  }
}
