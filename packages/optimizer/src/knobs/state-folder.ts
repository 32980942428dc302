import { lstat, mkdir } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { errorType } from '@homeostat/signals'
import { JournalUnavailableError } from './errors.ts'

export interface StateFolderOptions {
  /** The folder itself; it wins over the environment. */
  readonly stateDir?: string | undefined
  /** One folder a service: processes of one service restore each other's knobs. */
  readonly service: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * Where the undo journals of a service are: `stateDir`, else `HOMEOSTAT_STATE_DIR`, else a folder of the user below the system's
 * folder for temporary files. In a container, name a folder on a volume that outlives it.
 */
export function stateFolder({ stateDir, service, environment }: StateFolderOptions): string {
  const named = stateDir ?? environment['HOMEOSTAT_STATE_DIR']
  const name = service.replaceAll(/[^\w.-]/g, '_').replace(/^\.+/, '_') || 'service'
  // By number: the user of a container often has no name, and then `userInfo()` throws.
  return named ? join(named, name) : join(tmpdir(), `homeostat-${process.getuid?.() ?? userInfo().username}`, name)
}

/**
 * Makes the folder, for its user alone: who may write to it decides what knobs are set to.
 *
 * @throws JournalUnavailableError
 */
export async function openStateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new JournalUnavailableError(folder, errorType(error), { cause: error })
  }
  await checkStateFolder(folder)
}

/** @throws JournalUnavailableError - the folder, or a link in its place, belongs to somebody else or is open to others */
export async function checkStateFolder(folder: string): Promise<void> {
  const found = await lstat(folder)
  if (!found.isDirectory()) throw new JournalUnavailableError(folder, 'it is no folder')
  if (process.getuid === undefined) return
  if (found.uid !== process.getuid()) throw new JournalUnavailableError(folder, 'it belongs to another user')
  if ((found.mode & 0o022) !== 0) throw new JournalUnavailableError(folder, 'others may write to it')
}
