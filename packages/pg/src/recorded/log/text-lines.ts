import { LONGEST_ENTRY } from './log-entry.ts'

/** The lines of a text that comes in pieces. Of one that is too long only the beginning is kept. */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  let isCut = false
  for await (const piece of pieces) {
    const lines = decoder.decode(piece, { stream: true }).split('\n')
    for (const [at, line] of lines.entries()) {
      if (at > 0) {
        yield withoutReturn(rest)
        rest = ''
        isCut = false
      }
      if (isCut) continue
      rest += line.slice(0, LONGEST_ENTRY - rest.length)
      isCut = rest.length >= LONGEST_ENTRY
    }
  }
  if (rest !== '') yield withoutReturn(rest)
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
