import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { EarlierEntry } from '@homeostat/optimizer/engines'
import { ForeignStateError } from '@homeostat/optimizer/engines'
import type { SavedHistory } from '@homeostat/optimizer/parts'
import { checkStateFolder, parseSavedHistory } from '@homeostat/optimizer/parts'
import { counted, FileTooLargeError, openRegularFile } from '@homeostat/signals'

/** A history that nobody wrote for so long belongs to a rule that no longer exists. */
const FORGET_AFTER_MS = 90 * 86_400_000
/** As many as the loop remembers. */
const MOST_READ = 500
/** Many times what the episodes of a history take. A longer file is not ours, and one line of it could fill the memory. */
const LARGEST_BYTES = 33_554_432
/** As many episodes as are read of acts and controls together. */
const MOST_EPISODES = 1000
const FOLDER = 'histories'
const NAME = /^[0-9a-f]{16}\.jsonl/

/**
 * The evidence that earlier releases kept in files, one per history: a line with all but the episodes, then one line per episode.
 * They are read for as long as they are there, so that a release can be taken back; nothing writes them any more. Files that were
 * not written for ninety days are removed.
 *
 * @param folder - the state folder of the service
 */
export async function* earlierHistories(
  folder: string,
  onError: (error: unknown) => void,
): AsyncGenerator<EarlierEntry<SavedHistory>> {
  // A user who can write to the folder controls the histories that we load.
  if (!(await checkStateFolder(folder, FOLDER))) return
  let damaged = 0
  for (const { path } of (await filesIn(join(folder, FOLDER))).slice(-MOST_READ)) {
    try {
      const entry = await readHistory(path)
      if (entry) yield entry
      else damaged++
    } catch (error) {
      onError(error)
    }
  }
  if (damaged > 0) onError(new ForeignStateError('evidence', `files ${join(folder, FOLDER)}`, counted(damaged, 'file')))
}

/**
 * Undefined where a file is not a history, or only a part of one: then evidence is gathered anew.
 *
 * @throws IrregularFileError, FileTooLargeError
 */
export async function readHistory(path: string): Promise<EarlierEntry<SavedHistory> | undefined> {
  let head: Readonly<Record<string, unknown>> | undefined
  const episodes: unknown[] = []
  for await (const value of valuesIn(path)) {
    if (head) episodes.push(value)
    else head = Object(value) as typeof head
    if (episodes.length > MOST_EPISODES) return undefined
  }
  const { key, savedAt, acts, controls, ...rest } = head ?? {}
  if (typeof key !== 'string' || !Number.isSafeInteger(savedAt) || !isCount(acts) || !isCount(controls))
    return undefined
  if (episodes.length !== acts + controls) return undefined
  const value = parseSavedHistory({ ...rest, acts: episodes.slice(0, acts), controls: episodes.slice(acts) })
  return value && { key, savedAt: savedAt as number, value }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** Oldest first, and without those that are removed for their age. */
async function filesIn(folder: string): Promise<{ readonly path: string; readonly at: number }[]> {
  const files: { path: string; at: number }[] = []
  for (const name of await readdir(folder)) {
    if (!NAME.test(name)) continue
    const path = join(folder, name)
    const at = (await stat(path)).mtimeMs
    if (Date.now() - at > FORGET_AFTER_MS) await rm(path, { force: true })
    else if (name.endsWith('.jsonl')) files.push({ path, at })
  }
  return files.toSorted((a, b) => a.at - b.at)
}

/** Up to the first line that is not JSON. */
async function* valuesIn(path: string): AsyncGenerator {
  const handle = await openRegularFile(path)
  try {
    if ((await handle.stat()).size > LARGEST_BYTES) throw new FileTooLargeError(path, LARGEST_BYTES)
    for await (const text of handle.readLines()) yield JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  } finally {
    await handle.close()
  }
}
