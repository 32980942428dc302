import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { checkGivenPath } from './given-path.ts'
import { WrongCallError } from './wrong-call-error.ts'

const FIRST_BYTES = 4096

/** How packed files begin, and what unpacks them to standard output. */
const PACKED: readonly (readonly [magic: readonly number[], format: string, unpack: string])[] = [
  [[0x1f, 0x8b], 'gzip', 'zcat'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd', 'zstdcat'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'xz', 'xzcat'],
  [[0x42, 0x5a, 0x68], 'bzip2', 'bzcat'],
  [[0x50, 0x4b, 0x03, 0x04], 'zip', 'unzip -p'],
]

/** What is read instead of something packed or binary. */
export interface ExpectedText {
  readonly what: string
  /** The command line that reads it unpacked. */
  readonly unpackedBy: (unpack: string) => string
}

/**
 * Checks that a path can be read, and that a file there begins as a text does. Nothing is read from a pipe.
 *
 * @throws WrongCallError
 */
export function checkBeginsAsText(path: string, expected: ExpectedText): void {
  checkGivenPath(path, 'source')
  if (!statSync(path).isFile()) return
  const file = openSync(path, 'r')
  try {
    const bytes = new Uint8Array(FIRST_BYTES)
    checkIsText(`path '${path}'`, bytes.subarray(0, readSync(file, bytes)), expected, path)
  } finally {
    closeSync(file)
  }
}

/**
 * Checks the first bytes of what should be a text.
 *
 * @throws WrongCallError
 */
export function checkIsText(name: string, bytes: Uint8Array, { what, unpackedBy }: ExpectedText, file = 'FILE'): void {
  const packed = PACKED.find(([magic]) => magic.every((byte, at) => bytes[at] === byte))
  if (packed) throw new WrongCallError(`${name} is packed (${packed[1]}): ${unpackedBy(`${packed[2]} ${file}`)}`)
  if (bytes.subarray(0, FIRST_BYTES).includes(0)) throw new WrongCallError(`${name} is not a text: give ${what}`)
}
