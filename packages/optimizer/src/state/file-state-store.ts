import { createHash } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorType, openRegularFile } from '@homeostat/signals'
import type { StateStore } from '../words/state-store.ts'
import { JournalUnavailableError, StateStoreUnavailableError, StateTooLargeError } from './errors.ts'
import { replaceFile } from './replace-file.ts'
import { checkStateFolder, openStateFolder } from './state-folder.ts'
import { checkStateSize, MAX_STATE_BYTES } from './state-size.ts'

/** A draft that is older belongs to a process that was killed while it wrote. */
const DRAFT_LIVES_MS = 3_600_000
const FOLDER = 'state'
/** Named by a hash of the key, so that no key leads out of the folder. */
const NAME = /^[0-9a-f]{32}\.state/

/** Options of {@link FileStateStore}. */
export interface FileStateStoreOptions {
  /** The state folder of the service; see `stateFolder()`. The files are in a folder `state` in it, for its user alone. */
  readonly folder: string
}

/**
 * Keeps state in files, one per key.
 *
 * @example
 * ```ts
 * const store = createFileStateStore({ folder: stateFolder({ service: 'shop', environment: process.env }) })
 * await store.write('forecasts', JSON.stringify(forecasts))
 * ```
 */
export function createFileStateStore(options: FileStateStoreOptions): StateStore {
  return new StateFiles(options.folder)
}

class StateFiles implements StateStore {
  readonly name: string
  readonly #parent: string
  readonly #folder: string
  #isTidy = false

  constructor(folder: string) {
    this.#parent = folder
    this.#folder = join(folder, FOLDER)
    this.name = `file ${this.#folder}`
  }

  read(key: string): Promise<string | undefined> {
    return this.#available(async () => {
      // A user who can write to the folder controls the state that we load.
      if (!(await checkStateFolder(this.#parent, FOLDER))) return undefined
      const file = await openRegularFile(this.#pathOf(key)).catch(unlessMissing)
      try {
        if (file === undefined) return undefined
        const { size } = await file.stat()
        if (size > MAX_STATE_BYTES) throw new StateTooLargeError(this.name, size, MAX_STATE_BYTES)
        return await file.readFile('utf8')
      } finally {
        await file?.close()
      }
    })
  }

  write(key: string, text: string): Promise<void> {
    return this.#available(async () => {
      checkStateSize(this.name, text)
      await openStateFolder(this.#parent, FOLDER)
      if (!this.#isTidy) await this.#tidy()
      await replaceFile(this.#pathOf(key), file => file.writeFile(text))
    })
  }

  /** Nothing is open between two calls. */
  async [Symbol.asyncDispose](): Promise<void> {}

  #pathOf(key: string): string {
    return join(this.#folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.state`)
  }

  async #tidy(): Promise<void> {
    this.#isTidy = true
    for (const name of await readdir(this.#folder)) {
      if (!NAME.test(name) || name.endsWith('.state')) continue
      const path = join(this.#folder, name)
      const found = await stat(path).catch(unlessMissing)
      if (found && Date.now() - found.mtimeMs > DRAFT_LIVES_MS) await rm(path, { force: true })
    }
  }

  async #available<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof StateTooLargeError) throw error
      const reason = error instanceof JournalUnavailableError ? error.reason : errorType(error)
      throw new StateStoreUnavailableError(
        this.name,
        `${reason}; set stateDir or HOMEOSTAT_STATE_DIR to a folder of your own`,
        { cause: error },
      )
    }
  }
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
