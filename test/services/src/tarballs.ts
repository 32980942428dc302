import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { PNPM } from '../../../.dev/workspace.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The packages of this workspace as npm would publish them. */
export interface Tarballs {
  /** Paths by package name. */
  readonly paths: ReadonlyMap<string, string>
  /** Changes with the contents of any of them. */
  readonly hash: string
}

/** Packs every package into a folder. `pnpm` writes the versions of siblings where sources have `workspace:`. */
export async function packTarballs(folder: string): Promise<Tarballs> {
  await mkdir(folder, { recursive: true })
  const args = ['-y', PNPM, '-r', '--filter', './packages/*', 'pack', '--pack-destination', folder]
  await promisify(execFile)('npx', args, { cwd: root, maxBuffer: 2 ** 26 })
  const names = (await readdir(folder)).filter(name => name.endsWith('.tgz')).toSorted()
  const hash = createHash('sha256')
  const paths = new Map<string, string>()
  for (const name of names) {
    const path = join(folder, name)
    hash.update(name).update(await readFile(path))
    paths.set(packageOf(name), path)
  }
  return { paths, hash: hash.digest('hex').slice(0, 16) }
}

/** `homeostat-pg-0.1.0.tgz` is a tarball of `@homeostat/pg`. */
function packageOf(tarball: string): string {
  return tarball.replace(/-\d+\.\d+\.\d+.*\.tgz$/, '').replace(/^homeostat-/, '@homeostat/')
}
