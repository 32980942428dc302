import { accessSync, constants, statSync, type Stats } from 'node:fs'
import { WrongCallError } from './wrong-call-error.ts'

/**
 * Checks a path that the command line names for reading.
 *
 * @param kind a `source` is a file, a pipe or a device
 * @throws WrongCallError with one line that names the path
 */
export function checkGivenPath(path: string, kind: 'folder' | 'file' | 'source'): void {
  const status = statusOf(path)
  if (status === undefined) throw new WrongCallError(`path '${path}' does not exist`)
  if (kind === 'source' && status.isDirectory()) throw new WrongCallError(`path '${path}' is a folder, give a file`)
  if (kind === 'folder' ? !status.isDirectory() : kind === 'file' && !status.isFile())
    throw new WrongCallError(`path '${path}' is not a ${kind}`)
  try {
    accessSync(path, constants.R_OK)
  } catch {
    throw new WrongCallError(`path '${path}' may not be read: permission denied`)
  }
}

/** Whether a folder is there. */
export function isFolder(path: string): boolean {
  try {
    return statusOf(path)?.isDirectory() === true
  } catch {
    return false
  }
}

function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    throw new WrongCallError(`path '${path}' cannot be read: ${(error as NodeJS.ErrnoException).code}`)
  }
}
