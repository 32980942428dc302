import { chmod, copyFile, cp, mkdir, readdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { packageFolder, unpackOnce } from './apt.ts'
import { cacheFolder, fillOnce } from './cache-folder.ts'
import { isExecutable } from './command.ts'
import { PackageDownloadError } from './errors.ts'
import { debianBinaries, openRootCache, ROOT_CACHE, type PostgresBinaries } from './postgres-binaries.ts'
import type { SystemUser } from './guardian-messages.ts'

/** The server resolves links to itself and finds its folders from there, so these two are copies. */
const PROGRAMS = ['postgres', 'initdb']

/**
 * Debian's server with the extension hypopg. Where the extension is not installed, its package is unpacked into a folder that is
 * otherwise made of links to the installed server: nothing is installed, and other servers do not see it.
 *
 * @throws {@link PackageDownloadError} where there is no Debian or Ubuntu, or no network the first time.
 */
export async function hypopgBinaries(
  user: SystemUser | undefined,
  announce: (line: string) => void,
): Promise<PostgresBinaries> {
  const installed = await debianBinaries(user)
  const home = dirname(dirname(installed.postgres))
  const version = home.slice(home.lastIndexOf('/') + 1)
  const share = `/usr/share/postgresql/${version}`
  if ((await readdir(join(share, 'extension'))).includes('hypopg.control')) return installed
  const name = `postgresql-${version}-hypopg`
  const unpacked = await packageFolder(name)
  const folder = user ? join(ROOT_CACHE, unpacked.slice(cacheFolder().length + 1)) : `${unpacked}-server`
  const bin = join('usr', 'lib', 'postgresql', version, 'bin')
  const works = (place: string): Promise<boolean> => isExecutable(join(place, bin, 'postgres'))
  if (!(await works(folder))) {
    const isUnpacked = async (place: string): Promise<boolean> =>
      (await readdir(join(place, 'usr', 'share', 'postgresql', version, 'extension')).catch(() => [])).length > 0
    if (!(await isUnpacked(unpacked)))
      await unpackOnce({
        folder: unpacked,
        what: `the package ${name}`,
        announce,
        download: async aptGet => void (await aptGet('download', name)),
        works: isUnpacked,
      })
    if (user) await openRootCache()
    await fillOnce(folder, partial => assemble(unpacked, { home, share, version }, partial), works)
  }
  if (!(await works(folder))) throw new PackageDownloadError(`the server in ${folder} does not run`)
  return { ...installed, postgres: join(folder, bin, 'postgres'), initdb: join(folder, bin, 'initdb') }
}

async function assemble(
  unpacked: string,
  { home, share, version }: { readonly home: string; readonly share: string; readonly version: string },
  target: string,
): Promise<void> {
  await chmod(target, 0o755)
  await cp(join(unpacked, 'usr'), join(target, 'usr'), { recursive: true })
  const ownHome = join(target, 'usr', 'lib', 'postgresql', version)
  const ownShare = join(target, 'usr', 'share', 'postgresql', version)
  await linkMissing(share, ownShare)
  await linkMissing(join(share, 'extension'), join(ownShare, 'extension'))
  await linkMissing(join(home, 'lib'), join(ownHome, 'lib'))
  await mkdir(join(ownHome, 'bin'), { recursive: true })
  for (const program of PROGRAMS) await copyFile(join(home, 'bin', program), join(ownHome, 'bin', program))
}

async function linkMissing(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  const own = new Set(await readdir(to))
  for (const name of await readdir(from)) if (!own.has(name)) await symlink(join(from, name), join(to, name))
}
