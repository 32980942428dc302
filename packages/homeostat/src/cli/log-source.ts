import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import { checkGivenPath } from './given-path.ts'
import { WrongCallError } from './wrong-call-error.ts'

const STANDARD_INPUT = '-'
const FIRST_BYTES = 4096

/** How compressed files begin, and what unpacks them to standard output. */
const PACKED: readonly (readonly [magic: readonly number[], format: string, unpack: string])[] = [
  [[0x1f, 0x8b], 'gzip', 'zcat'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd', 'zstdcat'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'xz', 'xzcat'],
  [[0x42, 0x5a, 0x68], 'bzip2', 'bzcat'],
  [[0x50, 0x4b, 0x03, 0x04], 'zip', 'unzip -p'],
]

/**
 * The bytes of a log that the command line names; `-` is standard input.
 *
 * @throws WrongCallError for a path that cannot be read, and, also while it is read, for something that is not a text
 */
export function logSource(path: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  if (path === STANDARD_INPUT) return checked(path, addAbortSignal(signal, process.stdin))
  checkGivenPath(path, 'source')
  // Before the database is asked, where that takes nothing away from the reader.
  if (statSync(path).isFile()) checkIsText(path, beginningOf(path))
  return checked(path, createReadStream(path, { highWaterMark: 262_144, signal }))
}

async function* checked(path: string, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isFirst = true
  for await (const piece of pieces) {
    if (isFirst) checkIsText(path, piece.subarray(0, FIRST_BYTES))
    isFirst = false
    yield piece
  }
}

function checkIsText(path: string, bytes: Uint8Array): void {
  const name = path === STANDARD_INPUT ? 'standard input' : `path '${path}'`
  const packed = PACKED.find(([magic]) => magic.every((byte, at) => bytes[at] === byte))
  if (packed) {
    const [, format, unpack] = packed
    const file = path === STANDARD_INPUT ? 'FILE' : path
    throw new WrongCallError(`${name} is packed (${format}): ${unpack} ${file} | homeostat index advise --from -`)
  }
  if (bytes.includes(0))
    throw new WrongCallError(`${name} is not a text: give a log of the server, in the format stderr, csvlog or jsonlog`)
}

function beginningOf(path: string): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const bytes = new Uint8Array(FIRST_BYTES)
    return bytes.subarray(0, readSync(file, bytes))
  } finally {
    closeSync(file)
  }
}
