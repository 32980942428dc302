import type { Stats } from 'node:fs'
import { lstat, readlink } from 'node:fs/promises'
import { dirname, join, parse, resolve, sep } from 'node:path'

/** Why a folder is not to be read or written. */
export interface Distrust {
  readonly path: string
  readonly reason: string
}

const OTHERS_MAY_WRITE = 0o002
const GROUP_MAY_WRITE = 0o020
const STICKY = 0o1000
/** As many as Linux follows. */
const MOST_LINKS = 40

/**
 * Checks the path of a folder of ours from the top down. A user who can replace a folder on it decides what is read, so:
 *
 * - a link on the way is made by us or by root;
 * - a folder on the way that everybody may write to has the sticky bit, and what is in it on the way belongs to us or root;
 * - a volume that is mounted on the way may be open to everybody: that is how containers are given theirs;
 * - our own folders, the last ones of the path, are not links, belong to us, and nobody else may write to them.
 *
 * @param base - the folder above ours
 * @param own - the names of ours, one in the other
 * @returns `missing` when it is not there, and what is there can be trusted
 */
export async function distrustOf(base: string, own: readonly string[]): Promise<Distrust | 'missing' | undefined> {
  const way = await walkDown(resolve(base))
  if (way === 'missing' || 'reason' in way) return way
  let { path } = way
  for (const name of own) {
    path = join(path, name)
    const found = await lookAt(path)
    if (found === undefined) return 'missing'
    const reason = reasonAgainstOwn(found)
    if (reason !== undefined) return { path, reason }
  }
  return undefined
}

function reasonAgainstOwn(found: Stats): string | undefined {
  if (!found.isDirectory()) return 'it is not a folder'
  if (process.getuid === undefined) return undefined
  if (found.uid !== process.getuid()) return 'it belongs to another user'
  return found.mode & (OTHERS_MAY_WRITE | GROUP_MAY_WRITE) ? 'others may write to it' : undefined
}

async function walkDown(path: string): Promise<{ readonly path: string } | Distrust | 'missing'> {
  const { root } = parse(path)
  let current = root
  let parent = await lstat(root)
  const names = path.slice(root.length).split(sep).filter(Boolean)
  for (let links = 0; names.length > 0;) {
    const next = join(current, names.shift()!)
    const found = await lookAt(next)
    if (found === undefined) return 'missing'
    const reason = reasonAgainst(found, parent)
    if (reason !== undefined) return { path: next, reason }
    if (found.isSymbolicLink()) {
      if (++links > MOST_LINKS) return { path: next, reason: 'its links go in a circle' }
      const target = resolve(dirname(next), await readlink(next))
      names.unshift(...target.slice(parse(target).root.length).split(sep).filter(Boolean))
      current = parse(target).root
      parent = await lstat(current)
    } else {
      current = next
      parent = found
    }
  }
  return { path: current }
}

function reasonAgainst(found: Stats, parent: Stats): string | undefined {
  if (!found.isDirectory() && !found.isSymbolicLink()) return 'it is not a folder'
  if (process.getuid === undefined) return undefined
  const isOfOthers = found.uid !== process.getuid() && found.uid !== 0
  if (found.isSymbolicLink()) return isOfOthers ? 'it is a link that belongs to another user' : undefined
  if (isOfOthers && parent.mode & OTHERS_MAY_WRITE) return 'it belongs to another user'
  const isOpen = found.mode & OTHERS_MAY_WRITE && !(found.mode & STICKY) && found.dev === parent.dev
  return isOpen ? 'everybody may write to it; take that right away, or set the sticky bit (chmod +t)' : undefined
}

async function lookAt(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
}
