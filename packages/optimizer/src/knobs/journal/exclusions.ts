import { constants } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openRegularFile, readRegularFile } from '@homeostat/signals'
import { replaceFile } from '../../state/replace-file.ts'
import { checkStateFolder, openStateFolder } from '../../state/state-folder.ts'

/** Longer, and it is written anew with what still counts; a line has some hundred bytes and is written once a day and knob. */
const MAX_BYTES = 64 * 1024
/** A longer file was not written by us. */
const LARGEST_BYTES = 1024 * 1024
/** A file cannot exclude a knob for longer. */
const LONGEST_MS = 366 * 86_400_000

/**
 * Knobs that a person has changed, and until when Homeostat leaves them alone. Kept in a file that the processes of one service
 * on one host share, so that a restart forgets none.
 */
export class Exclusions {
  readonly #path: string
  readonly #folder: string
  readonly #until = new Map<string, number>()

  constructor(folder: string) {
    this.#folder = folder
    this.#path = join(folder, 'exclusions.ndjson')
  }

  /** Milliseconds since the epoch; undefined when the knob is free. */
  until(knob: string, now: number): number | undefined {
    const until = this.#until.get(knob)
    return until !== undefined && until > now ? until : undefined
  }

  /** Counts at once; resolves when it is on the disk. */
  async exclude(knob: string, until: number): Promise<void> {
    this.#until.set(knob, until)
    await this.#append(knob, until)
  }

  /** The person agrees to Homeostat's changing it again. */
  async lift(knob: string): Promise<void> {
    if (!this.#until.delete(knob)) return
    await this.#append(knob, 0)
  }

  /**
   * Takes in what other processes and earlier ones have written.
   *
   * @throws JournalUnavailableError, IrregularFileError, FileTooLargeError - what is known already still counts
   */
  async refresh(now: number): Promise<void> {
    const text = (await checkStateFolder(this.#folder)) ? await readUnlessMissing(this.#path) : ''
    for (const line of text.split('\n')) replay(line, this.#until, now)
    for (const [knob, until] of this.#until) if (until <= now) this.#until.delete(knob)
  }

  async #append(knob: string, until: number): Promise<void> {
    await openStateFolder(this.#folder)
    const size = await stat(this.#path).then(
      found => found.size,
      () => 0,
    )
    if (size > MAX_BYTES) await this.#compact()
    const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT
    const file = await openRegularFile(this.#path, flags, 0o600)
    try {
      await file.appendFile(lineOf([knob, until]))
      await file.sync()
    } finally {
      await file.close()
    }
  }

  /** Keeps what other processes have written since the file was last read, too. */
  async #compact(): Promise<void> {
    const until = new Map(this.#until)
    for (const line of (await readUnlessMissing(this.#path)).split('\n')) replay(line, until, Infinity)
    await replaceFile(this.#path, file => file.writeFile([...until].map(lineOf).join('')))
  }
}

function replay(line: string, into: Map<string, number>, now: number): void {
  try {
    const { knob, until } = Object(JSON.parse(line)) as { knob?: unknown; until?: unknown }
    if (typeof knob === 'string' && typeof until === 'number') into.set(knob, Math.min(until, now + LONGEST_MS))
  } catch {
    // An empty line, or one that was torn by a kill.
  }
}

function lineOf([knob, until]: readonly [string, number]): string {
  return `\n${JSON.stringify({ knob, until })}\n`
}

async function readUnlessMissing(path: string): Promise<string> {
  return readRegularFile(path, LARGEST_BYTES).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return ''
  })
}
