import { lstat, mkdtemp, readdir, realpath, rmdir, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Reclaimer } from '@homeostat/optimizer'
import { TempFolderNameError } from './temp-folder-name-error.ts'
import { MANIFEST, currentOwner } from './temp-folder-owner.ts'
import { createTempReclaimer } from './temp-reclaimer.ts'

/** Options of `createTempFolder()`. */
export interface TempFolderOptions {
  /** What the folder is for, e.g. `uploads`: letters, digits and dashes. Part of the folder's name. */
  readonly name: string
  /** Files that have not been written to for this long may be removed under memory pressure, in milliseconds. @default 3600000 */
  readonly maxAgeMs?: number
  /** Most files that one clean-up removes. @default 10000 */
  readonly maxFiles?: number
  /** Where the folder is made. @default os.tmpdir() */
  readonly root?: string
}

/** A folder for temp files that may be cleaned up. Disposing removes it when it is empty. */
export interface TempFolder extends AsyncDisposable {
  /** Absolute; readable by this user only. */
  readonly path: string
  /** Removes old files here, and in folders of the same name whose process has ended. */
  readonly reclaimer: Reclaimer
}

/**
 * Makes a folder that the application writes its temp files to and that `memory.cleanup` keeps clean. On a `tmpfs`, which
 * `/tmp` often is in a container, such files are memory of the container.
 *
 * Only regular files directly in a folder that we made are ever removed, and only when they are older than `maxAgeMs`.
 * Folders in it, symbolic links and everything elsewhere stay.
 *
 * @throws {@link TempFolderNameError} when the name is not fit for a folder; file system errors when it cannot be made.
 *
 * @example
 * ```ts
 * const uploads = await createTempFolder({ name: 'uploads', maxAgeMs: 600_000 })
 * await writeFile(join(uploads.path, randomUUID()), body)
 * const domain = runtime({ tempFolder: uploads })
 * ```
 */
export async function createTempFolder(options: TempFolderOptions): Promise<TempFolder> {
  const { name, maxAgeMs = 3_600_000, maxFiles = 10_000, root = tmpdir() } = options
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/i.test(name)) throw new TempFolderNameError()
  const prefix = `homeostat-${name}-`
  const realRoot = await realpath(root)
  // mkdtemp, because a name that can be guessed in a shared folder can be taken by somebody else's symbolic link.
  const path = await mkdtemp(join(realRoot, prefix))
  const manifest = join(path, MANIFEST)
  await writeFile(manifest, JSON.stringify(currentOwner()), { flag: 'wx', mode: 0o600 })
  const { dev, ino } = await lstat(path)

  return {
    path,
    reclaimer: createTempReclaimer({ root: realRoot, prefix, path, identity: { dev, ino }, maxAgeMs, maxFiles }),
    [Symbol.asyncDispose]: () => removeIfEmpty(path, manifest),
  }
}

/** Files that the application has left in the folder stay; the next process of the same name removes it once it is old. */
async function removeIfEmpty(path: string, manifest: string): Promise<void> {
  const entries = await readdir(path).catch(() => undefined)
  if (entries === undefined || entries.some(entry => entry !== MANIFEST)) return
  await unlink(manifest).catch(() => undefined)
  await rmdir(path).catch(() => undefined)
}
