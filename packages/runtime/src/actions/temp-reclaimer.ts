import { counted } from '@homeostat/signals'
import type { Dirent, Stats } from 'node:fs'
import { lstat, opendir, rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Receipt, Reclaimer } from '@homeostat/optimizer'
import { MANIFEST, currentOwner, isGone, readOwner } from './temp-folder-owner.ts'

interface TempReclaimerOptions {
  readonly root: string
  readonly prefix: string
  /** Our own folder, and what it was when we made it. */
  readonly path: string
  readonly identity: Pick<Stats, 'dev' | 'ino'>
  readonly maxAgeMs: number
  readonly maxFiles: number
}

/** Entries that are examined in one run, so that a huge shared temp folder cannot keep it busy. */
const MAX_ENTRIES = 100_000

interface Run {
  readonly now: number
  readonly signal: AbortSignal
  files: number
  bytes: number
  folders: number
  failed: number
  entries: number
}

/** Old files of our temp folder, and of those that dead processes of ours have left behind. */
export function createTempReclaimer(options: TempReclaimerOptions): Reclaimer {
  return {
    name: 'old temp files',
    reclaim: async ({ now, signal }) => {
      const run: Run = { now, signal, files: 0, bytes: 0, folders: 0, failed: 0, entries: 0 }
      if (await isOurs(options)) await clearFolder(options.path, run, options)
      await clearLeftFolders(run, options)
      return receiptOf(run)
    },
  }
}

/** Somebody may have put another folder, or a link to one, in its place. */
async function isOurs({ path, identity }: TempReclaimerOptions): Promise<boolean> {
  const stats = await statOf(path)
  return stats !== undefined && stats.isDirectory() && stats.dev === identity.dev && stats.ino === identity.ino
}

async function clearLeftFolders(run: Run, options: TempReclaimerOptions): Promise<void> {
  const self = currentOwner()
  for await (const entry of entriesOf(options.root, run, options)) {
    const path = join(options.root, entry.name)
    if (!entry.name.startsWith(options.prefix) || path === options.path || !entry.isDirectory()) continue
    const stats = await statOf(path)
    if (stats === undefined || !isPrivateFolder(stats)) continue
    const owner = await readOwner(join(path, MANIFEST))
    if (owner === undefined || !isGone(owner, self)) continue
    if (await clearFolder(path, run, options)) await removeFolder(path, run)
  }
}

/** Removes what is old. True when nothing but the manifest is left. */
async function clearFolder(folder: string, run: Run, options: TempReclaimerOptions): Promise<boolean> {
  let isEmpty = true
  for await (const entry of entriesOf(folder, run, options)) {
    if (entry.name === MANIFEST) continue
    const path = join(folder, entry.name)
    const stats = await statOf(path)
    const isOld = stats?.isFile() === true && run.now - stats.mtimeMs > options.maxAgeMs
    if (stats === undefined || !isOld) isEmpty = false
    else if (!(await removeFile(path, stats, run))) isEmpty = false
  }
  return isEmpty && !isOver(run, options)
}

async function removeFile(path: string, stats: Stats, run: Run): Promise<boolean> {
  try {
    await unlink(path)
    run.files++
    // A file that has another name as well goes on taking room.
    if (stats.nlink === 1) run.bytes += stats.size
    return true
  } catch {
    run.failed++
    return false
  }
}

async function removeFolder(path: string, run: Run): Promise<void> {
  try {
    await unlink(join(path, MANIFEST))
    // Not recursive: a folder that is not empty after all stays.
    await rmdir(path)
    run.folders++
  } catch {
    run.failed++
  }
}

/** A folder that only this user can write to, so that nobody else can swap what is in it between our look and our deed. */
function isPrivateFolder(stats: Stats): boolean {
  const uid = process.getuid?.()
  return stats.isDirectory() && (uid === undefined || (stats.uid === uid && (stats.mode & 0o077) === 0))
}

/** The entries one by one, however many there are, until the run is over. */
async function* entriesOf(folder: string, run: Run, options: TempReclaimerOptions): AsyncGenerator<Dirent> {
  const entries = await opendir(folder).catch(() => undefined)
  if (entries === undefined) return
  for await (const entry of entries) {
    if (isOver(run, options)) return
    run.entries++
    yield entry
  }
}

function isOver({ files, entries, signal }: Run, { maxFiles }: TempReclaimerOptions): boolean {
  return signal.aborted || files >= maxFiles || entries >= MAX_ENTRIES
}

function statOf(path: string): Promise<Stats | undefined> {
  return lstat(path).catch(() => undefined)
}

function receiptOf({ files, bytes, folders, failed }: Run): Receipt {
  return {
    summary: `removed ${counted(files, 'old temp file')} (${counted(bytes, 'byte')}) and ${counted(folders, 'folder')} left by ended processes`,
    effects: { files, bytes, folders },
    ...(failed > 0
      ? { problems: [`${counted(failed, 'temp file or folder', 'temp files or folders')} could not be removed`] }
      : undefined),
  }
}
