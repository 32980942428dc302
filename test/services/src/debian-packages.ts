import { join } from 'node:path'
import { packageFolder, unpackOnce, type AptGet } from './apt.ts'
import { bareEnvironment, isExecutable, runCommand } from './command.ts'
import { PackageDownloadError } from './errors.ts'
import { libraryFolders } from './library-folders.ts'
import type { RedisBinary } from './redis-binary.ts'

type Unpacked = Omit<RedisBinary, 'origin'>

// On Debian redis-server is a link into redis-tools, so both are named: a machine may have only the tools installed.
const SERVERS = [
  { name: 'redis-server', packages: ['redis-server', 'redis-tools'] },
  { name: 'valkey-server', packages: ['valkey-server', 'valkey-tools'] },
] as const
const LIBRARIES = ['libjemalloc2', 'liblzf1', 'libatomic1']

/** The distribution's own Redis (or Valkey), unpacked into the cache folder: no root, nothing installed, no network the second time. */
export async function redisFromDebianPackages(announce: (line: string) => void): Promise<Unpacked> {
  const folder = await packageFolder('redis')
  // Tried out each time: an upgrade of the system's libraries can make it useless, and then it is downloaded anew.
  const kept = await unpackedIn(folder)
  if (kept) return kept
  await unpackOnce({
    folder,
    what: 'the Redis packages',
    announce,
    download: downloadFirst,
    works: async place => (await unpackedIn(place)) !== undefined,
  })
  const made = await unpackedIn(folder)
  if (!made) throw new PackageDownloadError(`the server in ${folder} does not run`)
  return made
}

async function unpackedIn(folder: string): Promise<Unpacked | undefined> {
  for (const { name } of SERVERS) {
    const file = join(folder, 'usr', 'bin', name)
    if (!(await isExecutable(file))) continue
    const env = { LD_LIBRARY_PATH: (await libraryFolders(folder)).join(':') }
    const runs = await runCommand({
      file,
      args: ['--version'],
      env: { ...bareEnvironment('/'), ...env },
      cwd: '/',
    }).catch(() => undefined)
    if (runs) return { file, env }
  }
  return undefined
}

async function downloadFirst(run: AptGet): Promise<void> {
  let failure: unknown
  for (const { packages } of SERVERS) {
    try {
      // apt's own resolver adds exactly the libraries that this machine lacks.
      return void (await run(
        'install',
        '--download-only',
        '--reinstall',
        '--yes',
        '--no-install-recommends',
        ...packages,
      ))
    } catch (error) {
      failure ??= error
    }
    try {
      // The resolver refuses to work on a machine with half-installed packages; downloading by name does not ask it.
      return void (await run('download', ...packages, ...LIBRARIES))
    } catch {
      // The first failure says more.
    }
  }
  throw failure
}
