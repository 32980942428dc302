import { constants } from 'node:fs'
import { open, rename, rm, utimes, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { openRegularFile, readRegularFile, Turns } from '@homeostat/signals'
import { parseChangeRecord, type ChangeRecord } from './change-record.ts'

/** Longer, and the file is written anew with what is open. Some hundred bytes a line. */
const MAX_LINES = 500
/** A longer file was not written by us. */
const LARGEST_BYTES = 4_194_304

/**
 * Open changes in a file of lines, one a change of the state. Each line is on the disk before the call that wrote it ends, so
 * nothing that has happened is missing from it, whenever the process is killed. Calls are done one after the other.
 */
export class JournalFile {
  #path: string
  readonly #open = new Map<string, ChangeRecord>()
  #lines = 0
  #hasLater = false
  #file: FileHandle | undefined
  readonly #turns = new Turns()

  get path(): string {
    return this.#path
  }

  private constructor(path: string) {
    this.#path = path
  }

  /**
   * Also of a file that does not exist: it is made when there is something to write.
   *
   * @throws IrregularFileError, FileTooLargeError
   */
  static async read(path: string): Promise<JournalFile> {
    const journal = new JournalFile(path)
    const text = await readRegularFile(path, LARGEST_BYTES).catch(ifMissing(''))
    for (const line of text.split('\n')) journal.#replay(line)
    return journal
  }

  /** Whether a later release has written something in it that this one does not understand. */
  get hasLater(): boolean {
    return this.#hasLater
  }

  /** The changes that have not been undone. */
  get changes(): readonly ChangeRecord[] {
    return [...this.#open.values()]
  }

  record(change: ChangeRecord): Promise<void> {
    return this.#inTurn(async () => {
      await this.#write({ change })
      this.#open.set(change.knob, change)
    })
  }

  /** The change of the knob is undone, or somebody else's value stands. */
  settle(knob: string): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#open.has(knob)) return
      await this.#write({ settled: knob })
      this.#open.delete(knob)
    })
  }

  /** Shows to processes that cannot see this one that it lives. */
  touch(now: number): Promise<void> {
    return this.#inTurn(() => utimes(this.#path, now / 1000, now / 1000).catch(ifMissing(undefined)))
  }

  /** Moves the file; false when another process was faster. */
  rename(path: string): Promise<boolean> {
    return this.#inTurn(async () => {
      await this.#closeFile()
      try {
        await rename(this.#path, path)
      } catch (error) {
        return ifMissing(false)(error as NodeJS.ErrnoException)
      }
      await rm(`${this.#path}.new`, { force: true })
      this.#path = path
      return true
    })
  }

  /** Removes the file when nothing in it is open. */
  close(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#closeFile()
      if (this.#open.size === 0) await rm(this.#path, { force: true })
    })
  }

  async #write(line: object): Promise<void> {
    if (this.#lines >= MAX_LINES) await this.#compact()
    if (!this.#file) {
      this.#file = await openRegularFile(this.#path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600)
      // A line that was torn by a kill ends here, so that it takes no other with it.
      await this.#file.appendFile('\n')
      await syncFolder(dirname(this.#path))
    }
    try {
      await this.#file.appendFile(`${JSON.stringify(line)}\n`)
      await this.#file.datasync()
    } catch (error) {
      // Nobody knows how much of the line was written, so the next one begins as after a kill.
      await this.#closeFile()
      throw error
    }
    this.#lines++
  }

  /** Beside the old one and then in its place, so that at any moment one of them is whole. */
  async #compact(): Promise<void> {
    await rm(`${this.#path}.new`, { force: true })
    const fresh = await open(`${this.#path}.new`, 'wx', 0o600)
    try {
      await fresh.writeFile(this.changes.map(change => `${JSON.stringify({ change })}\n`).join(''))
      await fresh.sync()
    } finally {
      await fresh.close()
    }
    await this.#closeFile()
    await rename(`${this.#path}.new`, this.#path)
    this.#lines = this.#open.size
  }

  async #closeFile(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  /**
   * A line that is not valid was torn when its writer was killed, who had set nothing after it; or somebody else wrote it. It
   * hides no other.
   */
  #replay(line: string): void {
    if (line === '') return
    this.#lines++
    try {
      const { change, settled } = Object(JSON.parse(line)) as { change?: unknown; settled?: unknown }
      const record = parseChangeRecord(change)
      if (record === 'later') this.#hasLater = true
      else if (record) this.#open.set(record.knob, record)
      else if (typeof settled === 'string') this.#open.delete(settled)
    } catch {
      // Torn.
    }
  }

  #inTurn<R>(work: () => Promise<R>): Promise<R> {
    return this.#turns.take('journal', work)
  }
}

/** A new name is on the disk only once its folder is; not every system lets folders be synced, nor needs it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function ifMissing<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return error => {
    if (error.code === 'ENOENT') return value
    throw error
  }
}
