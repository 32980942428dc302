import { readRegularFileSync } from '@homeostat/signals'
import { WrongCallError } from './wrong-call-error.ts'

/** As much as the process itself reads of such a file. */
const LARGEST_BYTES = 16 * 1024 * 1024

/**
 * The text of a file that was named on the command line. A pipe is read as well: shells make one of `<(...)`.
 *
 * @throws WrongCallError whose message names the file and what is wrong with it
 */
export function readCommandFile(path: string): string {
  try {
    return readRegularFileSync(path, LARGEST_BYTES, { acceptsPipe: true })
  } catch (error) {
    const { code = '', message, syscall } = error as NodeJS.ErrnoException
    const reason = syscall === undefined ? message : `path '${path}' ${REASONS[code] ?? `cannot be read: ${code}`}`
    throw new WrongCallError(reason, { cause: error })
  }
}

/** The common errors of the file system, in the words of the command. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of it is not a folder',
  EACCES: 'may not be read: permission denied',
  EPERM: 'may not be read: permission denied',
}
