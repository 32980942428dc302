import { existsSync, readdirSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { errorType } from '@homeostat/signals'
import { filePath, readWhole, textIn } from '@homeostat/signals/options'
import { digestOf } from './service-scope.ts'
import { JournalUnavailableError } from './errors.ts'
import { distrustOf } from './folder-trust.ts'

/** Options of {@link stateFolder}. */
export interface StateFolderOptions {
  /**
   * The folder itself; it wins over the environment.
   * @default HOMEOSTAT_STATE_DIR, else a folder of the user for temporary files
   */
  readonly stateDir?: string | undefined
  /** One folder per service: processes of one service restore each other's knobs. */
  readonly service: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Names that every file system takes as they are, even one that ignores capitals. */
const PLAIN = /^(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9_-])?$/
/** Names that earlier releases used unchanged: no other service could get the same folder. */
const ONCE_PLAIN = /^[a-zA-Z0-9][a-zA-Z0-9.-]*$/
/** So many characters of a name stay readable when the name has to be changed. */
const READABLE_CHARS = 40

/**
 * Returns the folder for the undo journals of a service: `stateDir`, else `HOMEOSTAT_STATE_DIR`, else a folder of the user below the system's
 * folder for temporary files. In a container, name a folder on a volume that outlives it.
 *
 * The folders of two services differ whenever their names do. One that is not plain (lower case letters, digits, `.`, `_`, `-`, at
 * most 64) gets a readable part and a hash, as in `a_b@5d0c1f0a3b2e4f67`.
 */
export function stateFolder({ stateDir, service, environment }: StateFolderOptions): string {
  // By number: the user of a container often has no name, and then `userInfo()` throws.
  const ofUser = (): string => join(tmpdir(), `homeostat-${process.getuid?.() ?? folderName(userInfo().username)}`)
  const base = stateDir || folderIn(environment) || ofUser()
  return join(resolve(base), wasUsedAsItIs(base, service) ? service : folderName(service))
}

/** A variable whose value is not a valid path is not used; `homeostat()` warns about it. */
function folderIn(environment: StateFolderOptions['environment']): string | undefined {
  const name = 'HOMEOSTAT_STATE_DIR'
  const given = textIn(environment, name)
  return given ? readWhole(filePath({ description: 'the state folder' }), given, { path: name }).value : undefined
}

function folderName(service: string): string {
  if (PLAIN.test(service)) return service
  const readable = service.slice(0, READABLE_CHARS).replaceAll(/[^\w-]+/g, '_')
  return `${readable || 'service'}@${digestOf(service).slice(0, 16)}`
}

/** Whether an earlier release keeps the folder of this service, and surely of no other one, under its plain name. */
function wasUsedAsItIs(base: string, service: string): boolean {
  if (PLAIN.test(service) || !ONCE_PLAIN.test(service) || service.endsWith('.')) return false
  const otherwise = service === service.toLowerCase() ? service.toUpperCase() : service.toLowerCase()
  try {
    return readdirSync(base).includes(service) && !existsSync(join(base, otherwise))
  } catch {
    return false
  }
}

/**
 * Makes the folder, and those in it that are named, for its user alone: who may write to it decides what knobs are set to.
 * Before anything is made, and after, everything is checked from the top down; see `distrustOf`.
 *
 * @param nested - names of folders in it, one in the other
 * @throws JournalUnavailableError
 */
export async function openStateFolder(folder: string, ...nested: readonly string[]): Promise<void> {
  try {
    if (await checkStateFolder(folder, ...nested)) return
    await makeFolders(join(folder, ...nested))
  } catch (error) {
    if (error instanceof JournalUnavailableError) throw error
    throw new JournalUnavailableError(folder, errorType(error), { cause: error })
  }
  if (!(await checkStateFolder(folder, ...nested))) throw new JournalUnavailableError(folder, 'somebody removes it')
}

/**
 * One after the other: with `recursive`, Node tries for ever where a folder that is there refuses new ones with ENOENT, as those
 * below /proc do, and the process does not end.
 */
async function makeFolders(path: string): Promise<void> {
  const missing: string[] = []
  let present = path
  while (!(await isThere(present))) {
    missing.unshift(present)
    present = dirname(present)
  }
  for (const folder of missing) {
    await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      // Another process makes it too. It is checked afterwards.
      if (error.code !== 'EEXIST') throw error
    })
  }
}

async function isThere(path: string): Promise<boolean> {
  if (path === dirname(path)) return true
  try {
    await stat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return false
  }
}

/**
 * @returns whether it is there; false also says that there is nothing to read
 * @throws JournalUnavailableError - it, or a folder above it, belongs to somebody else or is open to others
 */
export async function checkStateFolder(folder: string, ...nested: readonly string[]): Promise<boolean> {
  const found = await distrustOf(dirname(folder), [basename(folder), ...nested])
  if (found === 'missing') return false
  if (found === undefined) return true
  const isIt = found.path === join(folder, ...nested)
  throw new JournalUnavailableError(folder, isIt ? found.reason : `of ${found.path}, ${found.reason}`)
}
