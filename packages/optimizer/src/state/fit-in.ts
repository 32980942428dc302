import type { Steps } from '@homeostat/signals'
import { bytesOf, type WrittenEntry } from './state-text.ts'

/** An entry that asks for room in a text. */
export interface Candidate {
  readonly entry: WrittenEntry
  /** False for an entry that only other processes know. */
  readonly isOwn: boolean
  /** Gives the entry in its short form. */
  readonly shorten?: () => Steps<WrittenEntry | undefined>
}

/** The entries for which there is room. */
export interface Fitting {
  readonly entries: readonly WrittenEntry[]
  /** The number of entries in their short form. */
  readonly shortened: number
  readonly leftOut: number
}

/**
 * Takes as many entries as fit in `maxBytes`. If there is no room for all, it leaves out the entries that only other processes
 * know, the oldest first; then it shortens our own, and at last leaves them out, the largest first.
 */
export function* fitIn(candidates: readonly Candidate[], maxBytes: number): Steps<Fitting> {
  const sized = new Map<string, { readonly entry: WrittenEntry; readonly bytes: number }>()
  let excess = -maxBytes
  for (const { entry } of candidates) {
    const bytes = bytesOf(entry)
    sized.set(entry.key, { entry, bytes })
    excess += bytes
    yield
  }
  let [shortened, leftOut] = [0, 0]
  const replace = (key: string, entry?: WrittenEntry): void => {
    const bytes = entry ? bytesOf(entry) : 0
    excess += bytes - sized.get(key)!.bytes
    if (entry) sized.set(key, { entry, bytes })
    else sized.delete(key)
  }
  const leaveOut = ({ entry: { key } }: Candidate): void => {
    if (excess <= 0) return
    replace(key)
    leftOut++
  }
  if (excess > 0) {
    const size = ({ entry: { key } }: Candidate): number => sized.get(key)!.bytes
    const own = candidates.filter(({ isOwn }) => isOwn).toSorted((a, b) => size(b) - size(a))
    candidates
      .filter(({ isOwn }) => !isOwn)
      .toSorted((a, b) => a.entry.savedAt - b.entry.savedAt)
      .forEach(leaveOut)
    for (const { entry, shorten } of own) {
      if (excess <= 0) break
      const short = shorten && (yield* shorten())
      if (!short) continue
      replace(entry.key, short)
      shortened++
    }
    own.toSorted((a, b) => size(b) - size(a)).forEach(leaveOut)
  }
  return { entries: Array.from(sized.values(), ({ entry }) => entry), shortened, leftOut }
}
