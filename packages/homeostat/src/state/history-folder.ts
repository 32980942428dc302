import { createHash, randomUUID } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Histories, SavedHistory } from '@homeostat/optimizer/parts'
import { checkStateFolder, isWorthKeeping, openStateFolder } from '@homeostat/optimizer/parts'
import { every, nextTurn, Turns } from '@homeostat/signals'
import type { HistoryHead } from './history-file.ts'
import { readHead, readHistory, writeHistory } from './history-file.ts'

/** A history is days of work, of which a crash may cost minutes. */
const SAVE_EVERY_MS = 300_000
const DAY_MS = 86_400_000
/** A history that nobody wrote for so long belongs to a rule that no longer exists. */
const FORGET_AFTER_MS = 90 * DAY_MS
/** A history in use is written again by then, so that it is not forgotten. */
const WRITE_AGAIN_AFTER_MS = 30 * DAY_MS
/** As many as {@link Histories} remember. */
const MOST_READ = 500
const FOLDER = 'histories'
const NAME = /^[0-9a-f]{16}\.jsonl/

export interface HistoryFolderOptions {
  /** The state folder of the service. */
  readonly folder: string
  readonly histories: Histories
  readonly onError: (error: unknown) => void
  /** Milliseconds since the epoch, comparable between processes. */
  readonly clock: () => number
}

/** The last version of a history that was read or written. */
interface Seen {
  /** Changes with the history. */
  readonly print: string
  /** These two change when somebody else writes the file. */
  readonly savedAt: number
  readonly savedBy: string
}

/**
 * Keeps the evidence about actions across restarts, one file per history: a verdict takes days, and services are deployed
 * more often than that. Nothing here rejects, and one history that fails does not keep the others.
 */
export class HistoryFolder {
  readonly #options: HistoryFolderOptions
  readonly #folder: string
  readonly #savedBy: string = randomUUID()
  #seen = new Map<string, Seen>()
  /** Reading and saving take turns. */
  readonly #turns = new Turns()
  #saving: Promise<void> | undefined
  #timer: Disposable | undefined

  constructor(options: HistoryFolderOptions) {
    this.#options = options
    this.#folder = join(options.folder, FOLDER)
  }

  /** Takes what was saved, and saves from now on every five minutes. */
  start(): Promise<void> {
    this.#timer ??= every(SAVE_EVERY_MS, () => this.save())
    return this.#inTurn(() => this.#read())
  }

  /** Saves what has changed since. */
  save(): Promise<void> {
    return (this.#saving ??= this.#inTurn(() => this.#saveChanged()).finally(() => (this.#saving = undefined)))
  }

  async stop(): Promise<void> {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    // A save that runs already may have passed what changed last.
    await this.#inTurn(() => this.#saveChanged())
  }

  async #read(): Promise<void> {
    // Whoever can write to the folder controls the histories that we load.
    if (!(await checkStateFolder(this.#options.folder, FOLDER))) return
    const found = await this.#files()
    for (const { path } of found.slice(-MOST_READ))
      await this.#contained(async () => {
        const { head, history } = (await readHistory(path)) ?? {}
        if (!head || !history || path !== this.#pathOf(head.key)) return
        this.#seen.set(head.key, { ...head, print: printOf(history) })
        this.#options.histories.restore({ [head.key]: history })
      })
  }

  /** Oldest first, and without those that are removed for their age. */
  async #files(): Promise<{ readonly path: string; readonly at: number }[]> {
    const files: { path: string; at: number }[] = []
    for (const name of await namesIn(this.#folder))
      await this.#contained(async () => {
        const path = join(this.#folder, name)
        const at = (await stat(path)).mtimeMs
        if (this.#options.clock() - at > FORGET_AFTER_MS) await rm(path, { force: true })
        else if (name.endsWith('.jsonl')) files.push({ path, at })
      })
    return files.toSorted((a, b) => a.at - b.at)
  }

  async #saveChanged(): Promise<void> {
    const { histories, clock } = this.#options
    const all = Object.entries(histories.save())
    const keys = new Set(all.map(([key]) => key))
    this.#seen = new Map([...this.#seen].filter(([key]) => keys.has(key)))
    let isOpen = false
    for (const [key, history] of all) {
      await nextTurn()
      await this.#contained(async () => {
        const seen = this.#seen.get(key)
        const print = printOf(history)
        const isOld = histories.isInUse(key) && clock() - (seen?.savedAt ?? 0) > WRITE_AGAIN_AFTER_MS
        // A history that was saved once is also saved when it is empty: somebody has released it.
        if (seen ? seen.print === print && !isOld : !isWorthKeeping(history)) return
        if (!isOpen) await this.#open()
        isOpen = true
        await this.#saveOne(key, history, print)
      })
    }
  }

  async #saveOne(key: string, history: SavedHistory, print: string): Promise<void> {
    const path = this.#pathOf(key)
    const savedAt = this.#options.clock()
    const { acts, controls } = history
    const head = { ...history, acts: acts.length, controls: controls.length, key, savedAt, savedBy: this.#savedBy }
    const other = await readHead(path)
    const seen = this.#seen.get(key)
    const isOurs = other?.savedAt === seen?.savedAt && other?.savedBy === seen?.savedBy
    if (!other || isOurs || prevails(head, other)) {
      await writeHistory(path, head, history)
      this.#seen.set(key, { print, savedAt, savedBy: this.#savedBy })
    } else this.#seen.set(key, { savedAt: 0, savedBy: '', ...seen, print })
  }

  async #open(): Promise<void> {
    await openStateFolder(this.#options.folder, FOLDER)
  }

  #pathOf(key: string): string {
    return join(this.#folder, `${createHash('sha256').update(key).digest('hex').slice(0, 16)}.jsonl`)
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    return this.#turns.take('histories', () => this.#contained(work))
  }

  async #contained(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#options.onError(error)
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(name => NAME.test(name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return []
  }
}

/**
 * Whether a history may take the place of one that another process of the service saved in the meantime; what a process
 * saved or read itself it simply goes on with, also when it has become shorter. A quarantine in force outweighs everything:
 * to stop for a day too much costs less than to do harm again. Then a verdict that decided outweighs none, then the longer
 * one the shorter, and of equals the one that is saved later stays.
 */
function prevails(later: HistoryHead, earlier: HistoryHead): boolean {
  const now = later.savedAt
  const weigh = ({ standing, decided, trials }: HistoryHead): number[] => [
    Number((standing?.quarantine?.until ?? 0) > now),
    Number(decided !== undefined && decided !== null),
    trials.act + trials.control,
  ]
  const weights = weigh(earlier)
  const differing = weigh(later).map((weight, index) => weight - weights[index]!)
  return (differing.find(difference => difference !== 0) ?? 0) >= 0
}

/** Episodes never change, so that the last one and their number speak for all. */
function printOf({ acts, controls, version, arms, breaches, trials, standing, decided }: SavedHistory): string {
  const episodes = [acts, controls].map(all => [all.length, all.at(-1)?.at])
  return JSON.stringify([version, arms, breaches, trials, standing, decided, episodes])
}
