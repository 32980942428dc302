import { createReadStream } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import { checkBeginsAsText, checkIsText, type ExpectedText } from './text-check.ts'

const STANDARD_INPUT = '-'
const LOG: ExpectedText = {
  what: 'a log of the server, in the format stderr, csvlog or jsonlog',
  unpackedBy: unpack => `${unpack} | homeostat index advise --from -`,
}

/**
 * The bytes of a log that the command line names; `-` is standard input.
 *
 * @throws WrongCallError for a path that cannot be read, and, also while it is read, for something that is not a text
 */
export function logSource(path: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  if (path === STANDARD_INPUT) return checked(path, addAbortSignal(signal, process.stdin))
  checkBeginsAsText(path, LOG)
  return checked(path, createReadStream(path, { highWaterMark: 262_144, signal }))
}

async function* checked(path: string, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isFirst = true
  for await (const piece of pieces) {
    if (isFirst) checkIsText(path === STANDARD_INPUT ? 'standard input' : `path '${path}'`, piece, LOG)
    isFirst = false
    yield piece
  }
}
