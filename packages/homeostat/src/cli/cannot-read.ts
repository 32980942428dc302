import { WrongCallError } from './wrong-call-error.ts'

/** The common errors of the file system, in the words of the command. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of it is not a folder',
  EACCES: 'may not be read: permission denied',
  EPERM: 'may not be read: permission denied',
}

/**
 * Makes the error of the command for a path that cannot be read.
 *
 * @param error - that the file system has thrown
 */
export function cannotRead(error: unknown, path: string): WrongCallError {
  const { code = '', message, syscall } = error as NodeJS.ErrnoException
  const reason = syscall === undefined ? message : `path '${path}' ${REASONS[code] ?? `cannot be read: ${code}`}`
  return new WrongCallError(reason, { cause: error })
}
