import { closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'

/** Absent on Windows, which has no pipes in folders either. */
const NONBLOCK = constants.O_NONBLOCK ?? 0
const CHUNK_BYTES = 65_536

/** A pipe, a device, a socket or a folder was found instead of a regular file. */
export class IrregularFileError extends Error {
  override readonly name = 'IrregularFileError'
  readonly code = 'HOMEOSTAT_IRREGULAR_FILE'

  constructor(path: string, kind: string) {
    super(`${path} is a ${kind}, and only a regular file is read; give the path of one`)
  }
}

/** A file is longer than anything that belongs there. */
export class FileTooLargeError extends Error {
  override readonly name = 'FileTooLargeError'
  readonly code = 'HOMEOSTAT_FILE_TOO_LARGE'

  constructor(path: string, maxBytes: number) {
    super(`${path} has more than ${maxBytes} bytes and is not read; split it, or check who wrote it`)
  }
}

/**
 * The text of a regular file. It never waits for a pipe or a device: one that nobody writes to would hold a thread of the
 * process for ever, and its exit as well.
 *
 * @throws IrregularFileError, FileTooLargeError, or what the file system says
 */
export async function readRegularFile(path: string, maxBytes: number): Promise<string> {
  const file = await openRegularFile(path)
  try {
    const pieces: Buffer[] = []
    let bytes = 0
    for (;;) {
      // The size a file claims is not used: those of /proc have none, and others grow.
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES))
      if (bytesRead === 0) return Buffer.concat(pieces).toString('utf8')
      bytes += bytesRead
      if (bytes > maxBytes) throw new FileTooLargeError(path, maxBytes)
      pieces.push(buffer.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
}

/**
 * {@link readRegularFile} at once.
 *
 * @param options - `acceptsPipe` waits for a pipe and reads it; for command lines, which a person can interrupt
 * @throws IrregularFileError, FileTooLargeError, or the error of the file system
 */
export function readRegularFileSync(path: string, maxBytes: number, options: { acceptsPipe?: boolean } = {}): string {
  const checked = (stats: Stats): void => {
    if (options.acceptsPipe !== true || !stats.isFIFO()) check(path, stats)
  }
  checked(statSync(path))
  const file = openSync(path, options.acceptsPipe === true ? constants.O_RDONLY : constants.O_RDONLY | NONBLOCK)
  try {
    checked(fstatSync(file))
    const pieces: Buffer[] = []
    let bytes = 0
    for (;;) {
      const piece = Buffer.allocUnsafe(CHUNK_BYTES)
      const bytesRead = readSync(file, piece)
      if (bytesRead === 0) return Buffer.concat(pieces).toString('utf8')
      bytes += bytesRead
      if (bytes > maxBytes) throw new FileTooLargeError(path, maxBytes)
      pieces.push(piece.subarray(0, bytesRead))
    }
  } finally {
    closeSync(file)
  }
}

/**
 * Opens a regular file, without waiting for anything else.
 *
 * @param flags - of `open(2)`. @default O_RDONLY
 * @throws IrregularFileError, or what the file system says
 */
export async function openRegularFile(
  path: string,
  flags: number = constants.O_RDONLY,
  mode?: number,
): Promise<FileHandle> {
  // Before it is opened: opening alone can rewind a tape or wake a device.
  const before = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' || (flags & constants.O_CREAT) === 0) throw error
    return undefined
  })
  if (before) check(path, before)
  const file = await open(path, flags | NONBLOCK, mode)
  try {
    check(path, await file.stat())
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}

function check(path: string, stats: Stats): void {
  if (!stats.isFile()) throw new IrregularFileError(path, kindOf(stats))
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'folder'
  if (stats.isFIFO()) return 'pipe'
  if (stats.isSocket()) return 'socket'
  return 'device'
}
