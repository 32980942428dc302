import { accessSync, constants, statSync, type Stats } from 'node:fs'
import { cannotRead } from './cannot-read.ts'
import { WrongCallError } from './wrong-call-error.ts'

/**
 * Checks a path that the command line names for reading.
 *
 * @param kind a `source` is a file, a pipe or a device
 * @throws WrongCallError with one line that names the path
 */
export function checkGivenPath(path: string, kind: 'folder' | 'file' | 'source'): void {
  const status = statusOf(path)
  if (kind === 'source' && status.isDirectory()) throw new WrongCallError(`path '${path}' is a folder, give a file`)
  if (kind === 'folder' ? !status.isDirectory() : kind === 'file' && !status.isFile())
    throw new WrongCallError(`path '${path}' is not a ${kind}`)
  try {
    accessSync(path, constants.R_OK)
  } catch (error) {
    throw cannotRead(error, path)
  }
}

/** Whether a folder is there. */
export function isFolder(path: string): boolean {
  try {
    return statusOf(path).isDirectory()
  } catch {
    return false
  }
}

/** @throws WrongCallError */
function statusOf(path: string): Stats {
  try {
    return statSync(path)
  } catch (error) {
    throw cannotRead(error, path)
  }
}
