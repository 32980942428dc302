import { readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { BoundedMap } from '../bounded-map.ts'

/** An application has some thousand packages at most; past this many, names are read again. */
const MAX_FOLDERS = 4_096

const names = new BoundedMap<string, string | undefined>(MAX_FOLDERS)

/**
 * Whether a folder holds a copy of the library. The folder's name is not enough: with npm an alias such as
 * `"ioredis5": "npm:ioredis@5"` is installed under the alias. So where the name differs, `package.json` decides.
 *
 * @param file - the library's file that the folder was found by, e.g. `lib/client`
 */
export function holdsLibrary(folder: string, library: string, file: string): boolean {
  if (folder.endsWith(sep + join('node_modules', library))) return true
  // Nearly every package has an index.js: only the folders that are packages are worth a look.
  if (!file.includes('/') && !/[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+$/.test(folder)) return false
  return nameOf(folder) === library
}

function nameOf(folder: string): string | undefined {
  if (names.has(folder)) return names.get(folder)
  const name = readName(folder)
  names.set(folder, name)
  return name
}

function readName(folder: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown }
    return typeof name === 'string' ? name : undefined
  } catch {
    return undefined
  }
}
