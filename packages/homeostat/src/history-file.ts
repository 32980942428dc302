import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Histories, SavedHistories } from '@homeostat/optimizer'
import { openStateFolder } from '@homeostat/optimizer'

/** A history is days of work: what a crash may cost of it is minutes. */
const SAVE_EVERY_MS = 300_000

/**
 * What is known of actions, kept across restarts: a verdict takes days, and services are deployed more often than that.
 * Processes of one service share the file; of two histories the longer one stays.
 */
export class HistoryFile {
  readonly #folder: string
  readonly #path: string
  readonly #histories: Histories
  readonly #onError: (error: unknown) => void
  #timer: NodeJS.Timeout | undefined

  constructor(folder: string, histories: Histories, onError: (error: unknown) => void) {
    this.#folder = folder
    this.#path = join(folder, 'histories.json')
    this.#histories = histories
    this.#onError = onError
  }

  /** Takes what was saved, and saves from now on every five minutes. Never rejects. */
  async start(): Promise<void> {
    this.#timer ??= setInterval(() => void this.save(), SAVE_EVERY_MS).unref()
    await this.#contained(async () => this.#histories.restore(await this.#read()))
  }

  /** Saves, when there is anything to save. Never rejects. */
  async save(): Promise<void> {
    await this.#contained(async () => {
      const own = Object.entries(this.#histories.save()).filter(([, history]) => episodesIn(history) > 0)
      if (own.length === 0) return
      const saved = await this.#read()
      for (const [key, history] of own) {
        const other = saved[key]
        if (!other || episodesIn(history) >= episodesIn(other)) saved[key] = history
      }
      await openStateFolder(this.#folder)
      const draft = `${this.#path}.${process.pid}`
      await writeFile(draft, JSON.stringify(saved), { mode: 0o600 })
      await rename(draft, this.#path)
    })
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.save()
  }

  async #read(): Promise<Record<string, SavedHistories[string]>> {
    try {
      const saved: unknown = JSON.parse(await readFile(this.#path, 'utf8'))
      return typeof saved === 'object' && saved !== null ? { ...(saved as SavedHistories) } : {}
    } catch (error) {
      // Without a file, or with a torn one, evidence is gathered anew.
      if ((error as { code?: string }).code !== 'ENOENT' && !(error instanceof SyntaxError)) throw error
      return {}
    }
  }

  async #contained(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#onError(error)
    }
  }
}

function episodesIn({ trials }: SavedHistories[string]): number {
  return trials.act + trials.control
}
