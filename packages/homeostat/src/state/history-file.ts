import type { SavedHistory } from '@homeostat/optimizer/parts'
import { replaceFile } from '@homeostat/optimizer/engines'
import { parseSavedHistory } from '@homeostat/optimizer/parts'
import { FileTooLargeError, openRegularFile } from '@homeostat/signals'

type Episode = SavedHistory['acts'][number]
type Sample = Episode['before'][number]

/** The first line: all of a history but its episodes, which follow one a line, those of `acts` first. */
export interface HistoryHead extends Omit<SavedHistory, 'acts' | 'controls'> {
  /** What {@link SavedHistory} is saved by: alert, action and version. */
  readonly key: string
  /** ms since the epoch. */
  readonly savedAt: number
  /** The process, by a random id. */
  readonly savedBy: string
  /** How many there are. */
  readonly acts: number
  readonly controls: number
}

/** Written, and so made, at a stretch: about half a millisecond of work, and 200 episodes take many. */
const PIECE_CHARS = 32_768
/** Many times what the episodes of a history take. A longer file is not ours, and one line of it could fill the memory. */
const LARGEST_BYTES = 33_554_432
/** As many episodes as are read of either kind. */
const MOST_EPISODES = 500
/** More digits than the noise of any measurement leaves significant. */
const DIGITS = 6

/** Writes in pieces, between which the event loop turns. A reader gets the file before until the new one is complete. */
export async function writeHistory(path: string, head: HistoryHead, history: SavedHistory): Promise<void> {
  await replaceFile(path, async file => {
    let piece = line(head)
    for (const episode of [...history.acts, ...history.controls]) {
      piece += line({ ...episode, before: episode.before.map(rounded), after: episode.after.map(rounded) })
      if (piece.length < PIECE_CHARS) continue
      await file.appendFile(piece)
      piece = ''
    }
    await file.appendFile(piece)
  })
}

/**
 * Undefined of what is not a history, or only a part of one: then evidence is gathered anew.
 *
 * @throws IrregularFileError, FileTooLargeError
 */
export async function readHistory(path: string): Promise<{ head: HistoryHead; history: SavedHistory } | undefined> {
  let head: HistoryHead | undefined
  const episodes: unknown[] = []
  for await (const value of valuesIn(path)) {
    if (head) episodes.push(value)
    else head = headOf(value)
    if (!head || episodes.length > head.acts + head.controls) return undefined
  }
  if (!head || episodes.length !== head.acts + head.controls) return undefined
  const acts = episodes.slice(0, head.acts)
  const history = parseSavedHistory({ ...head, acts, controls: episodes.slice(head.acts) })
  return history && { head, history }
}

/** Undefined where there is none that can be read. */
export async function readHead(path: string): Promise<HistoryHead | undefined> {
  for await (const value of valuesIn(path)) return headOf(value)
  return undefined
}

/** Up to the first line that is not JSON. */
async function* valuesIn(path: string): AsyncGenerator {
  const handle = await openRegularFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  if (handle && (await handle.stat()).size > LARGEST_BYTES) {
    await handle.close()
    throw new FileTooLargeError(path, LARGEST_BYTES)
  }
  try {
    for await (const text of handle?.readLines() ?? []) yield JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  } finally {
    await handle?.close()
  }
}

/** A copy of the fields that count. */
function headOf(value: unknown): HistoryHead | undefined {
  const { key, savedAt, savedBy, acts, controls, ...known } = Object(value) as Partial<HistoryHead>
  const areCounts = [acts, controls].every(
    count => Number.isSafeInteger(count) && count! >= 0 && count! <= MOST_EPISODES,
  )
  if (typeof key !== 'string' || typeof savedBy !== 'string' || !Number.isFinite(savedAt) || !areCounts)
    return undefined
  const rest = parseSavedHistory({ ...known, acts: [], controls: [] })
  return rest && { ...rest, key, savedAt: savedAt!, savedBy, acts: acts!, controls: controls! }
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`
}

function rounded([ms, value]: Sample): Sample {
  return [ms, Number(value.toPrecision(DIGITS))]
}
