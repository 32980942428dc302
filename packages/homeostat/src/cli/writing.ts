import { closeSync, constants, existsSync, mkdirSync, openSync, statSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { errorType } from '@homeostat/signals'
import { WrongCallError } from './wrong-call-error.ts'

/** Absent on Windows, which has no pipes in folders. */
const NONBLOCK = constants.O_NONBLOCK ?? 0

/**
 * Writes a file that the command line names. A pipe is written to if somebody reads it.
 *
 * @throws the error of {@link cannotWrite}
 */
export function writeGivenFile(path: string, text: string, option: string): void {
  try {
    // A pipe that nobody reads would hold the command for ever.
    const reader = isPipe(path) ? openSync(path, constants.O_WRONLY | NONBLOCK) : undefined
    try {
      writeFileSync(path, text)
    } finally {
      if (reader !== undefined) closeSync(reader)
    }
  } catch (error) {
    throw cannotWrite(error, path, option)
  }
}

/**
 * Makes a folder, and those above it. `mkdirSync` would do so by itself, but it tries for ever where the file system makes no folders, as
 * below `/proc`.
 */
export function makeFolder(folder: string): void {
  const missing: string[] = []
  for (let path = resolve(folder); !existsSync(path); path = dirname(path)) missing.unshift(path)
  for (const path of missing) {
    try {
      mkdirSync(path)
    } catch (error) {
      // Another process may have made it.
      if (!existsSync(path)) throw error
    }
  }
}

/** What was wrong with writing there, in one line: a wrong call, unless the disk is full or broken. */
export function cannotWrite(error: unknown, path: string, option: string): Error {
  const { code = errorType(error) } = error as NodeJS.ErrnoException
  // Our own errors about what was found there have their advice.
  if (code.startsWith('HOMEOSTAT_')) return new WrongCallError((error as Error).message, { cause: error })
  const reason = code === 'ENOENT' ? missingReason(path) : REASONS[code]
  const Failure = reason === undefined || FAILURES.has(code) ? Error : WrongCallError
  return new Failure(`path '${path}' ${reason ?? `cannot be written: ${code}`}; choose another with ${option}`, {
    cause: error,
  })
}

function missingReason(path: string): string {
  const folder = dirname(path)
  return existsSync(folder)
    ? 'cannot be made in that file system'
    : `cannot be written: the folder '${folder}' does not exist`
}

/** The common errors of the file system, in the words of the command. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'may not be written: permission denied',
  EPERM: 'may not be written: permission denied',
  EROFS: 'may not be written: the file system is read-only',
  ENOSPC: 'cannot be written: no space is left',
  EDQUOT: 'cannot be written: no space is left for this user',
  ENOTDIR: 'cannot be written: a part of it is not a folder',
  EEXIST: 'is not a folder',
  EISDIR: 'is a folder',
  ELOOP: 'cannot be written: its links lead in a circle',
  ENAMETOOLONG: 'cannot be written: its name is too long',
  ENXIO: 'cannot be written: it is a pipe that nobody reads, or a socket',
}

/** The path was right, and the work has failed. */
const FAILURES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])

function isPipe(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFIFO() === true
}
