import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { packTarballs } from '@homeostat/services'

const CACHE = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url))
const APPS = fileURLToPath(new URL('apps', import.meta.url))
/** Another run may still use an installation that is younger. */
const KEPT_MS = 3_600_000

/** The versions that an application asks for, by package name. */
export type Versions = Readonly<Record<string, string>>

let packed: Promise<Awaited<ReturnType<typeof packTarballs>>> | undefined

/**
 * An application's folder, with the given packages from the registry and ours from packed tarballs, as `npm install` makes it. One
 * that was installed before is used again. The applications in `apps/` are in it.
 *
 * @param name - what stands before a number in the folder's name
 */
export async function installed(name: string, versions: Versions): Promise<string> {
  const { paths, hash } = await (packed ??= packTarballs(join(CACHE, `tarballs-${process.pid}`)))
  const key = createHash('sha256').update(hash).update(JSON.stringify(versions)).digest('hex').slice(0, 16)
  const folder = join(CACHE, `${name}-${key}`)
  if (!(await exists(folder))) {
    await removeOld(name)
    const fresh = `${folder}.${process.pid}`
    await mkdir(fresh, { recursive: true })
    await writeFile(join(fresh, 'package.json'), manifestOf(versions, paths))
    await npmInstall(fresh)
    // Another process may have been faster.
    await rename(fresh, folder).catch(() => rm(fresh, { recursive: true, force: true }))
  }
  await cp(APPS, join(folder, 'apps'), { recursive: true, force: true })
  return folder
}

/** Packages from the registry alone, in a folder that is used again. */
export async function npmInstalled(name: string, versions: Versions): Promise<string> {
  const key = createHash('sha256').update(JSON.stringify(versions)).digest('hex').slice(0, 16)
  const folder = join(CACHE, `${name}-${key}`)
  if (await exists(folder)) return folder
  const fresh = `${folder}.${process.pid}`
  await mkdir(fresh, { recursive: true })
  await writeFile(join(fresh, 'package.json'), JSON.stringify({ private: true, dependencies: versions }))
  await npmInstall(fresh)
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true, force: true }))
  return folder
}

/** Removes every installation of a name. */
export async function removeInstallations(name: string): Promise<void> {
  for (const entry of await readdir(CACHE).catch(() => []))
    if (entry.startsWith(`${name}-`)) await rm(join(CACHE, entry), { recursive: true, force: true })
}

/** Removes the tarballs of this process. Installations stay for the next run. */
export async function removeTarballs(): Promise<void> {
  packed = undefined
  await rm(join(CACHE, `tarballs-${process.pid}`), { recursive: true, force: true })
}

export async function npmInstall(folder: string): Promise<void> {
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  await promisify(execFile)('npm', args, { cwd: folder, maxBuffer: 2 ** 26 })
}

/** A `package.json` whose dependencies of ours are tarballs, those of dependencies included. */
export function manifestOf(versions: Versions, tarballs: ReadonlyMap<string, string>): string {
  const files = Object.fromEntries([...tarballs].map(([name, path]) => [name, `file:${path}`]))
  const { homeostat, ...overrides } = files
  const manifest = {
    name: 'shop',
    version: '1.0.0',
    private: true,
    dependencies: { ...versions, homeostat },
    overrides,
  }
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}

async function removeOld(name: string): Promise<void> {
  for (const entry of await readdir(CACHE).catch(() => [])) {
    if (!entry.startsWith(`${name}-`)) continue
    const path = join(CACHE, entry)
    const { mtimeMs } = await stat(path)
    if (Date.now() - mtimeMs > KEPT_MS) await rm(path, { recursive: true, force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
