import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder, fillOnce } from './cache-folder.ts'
import { bareEnvironment, findOnPath, isExecutable, runCommand } from './command.ts'
import { PackageDownloadError, reasonOf } from './errors.ts'
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
  const distribution = await readDistribution()
  const folder = join(cacheFolder(), `redis-${distribution}-${process.arch}`)
  // Tried out each time: an upgrade of the system's libraries can make it useless, and then it is downloaded anew.
  const kept = await unpackedIn(folder)
  if (kept) return kept
  const aptGet = await findOnPath('apt-get')
  const dpkgDeb = await findOnPath('dpkg-deb')
  if (!aptGet || !dpkgDeb) throw new PackageDownloadError('apt-get and dpkg-deb are not on PATH')
  announce(`downloading the Redis packages of ${distribution} to ${folder} (once)`)
  try {
    const works = async (place: string): Promise<boolean> => (await unpackedIn(place)) !== undefined
    await fillOnce(folder, partial => downloadAndUnpack(aptGet, dpkgDeb, partial), works)
  } catch (cause) {
    throw new PackageDownloadError(`the packages of ${distribution} could not be downloaded: ${reasonOf(cause)}`, {
      cause,
    })
  }
  const made = await unpackedIn(folder)
  if (!made) throw new PackageDownloadError(`the server in ${folder} does not run`)
  return made
}

async function readDistribution(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  const field = (name: string): string => new RegExp(`^${name}="?([^"\\n]*)`, 'm').exec(release)?.[1] ?? ''
  if (!/debian|ubuntu/.test(`${field('ID')} ${field('ID_LIKE')}`))
    throw new PackageDownloadError('this is neither Debian nor Ubuntu')
  return `${field('ID')}-${field('VERSION_ID') || field('VERSION_CODENAME')}`.replace(/[^\w.-]/g, '')
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

async function libraryFolders(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const base of [join(folder, 'usr', 'lib'), join(folder, 'lib')]) {
    const entries = await readdir(base, { withFileTypes: true }).catch(() => [])
    found.push(
      base,
      ...entries
        .filter(entry => entry.isDirectory() && entry.name.includes('-linux-'))
        .map(({ name }) => join(base, name)),
    )
  }
  return found
}

async function downloadAndUnpack(aptGet: string, dpkgDeb: string, folder: string): Promise<void> {
  const apt = join(folder, 'apt')
  const archives = join(apt, 'cache', 'archives')
  await mkdir(join(apt, 'lists', 'partial'), { recursive: true })
  await mkdir(join(archives, 'partial'), { recursive: true })
  await writeFile(join(apt, 'apt.conf'), aptConfiguration(apt))
  const run = (...args: string[]): Promise<readonly string[]> =>
    runCommand({ file: aptGet, args: ['-c', join(apt, 'apt.conf'), ...args], env: aptEnvironment(), cwd: archives })
  // A third-party source that is unreachable fails the update although the distribution's own lists arrived: the download will tell.
  await run('update').catch(() => {})
  await downloadFirst(run)
  for (const name of await readdir(archives)) {
    if (!name.endsWith('.deb')) continue
    await runCommand({ file: dpkgDeb, args: ['-x', join(archives, name), folder], env: aptEnvironment(), cwd: folder })
  }
  await rm(apt, { recursive: true })
  if (!(await unpackedIn(folder))) throw new PackageDownloadError('the unpacked server does not run')
}

async function downloadFirst(run: (...args: string[]) => Promise<unknown>): Promise<void> {
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

/**
 * Everything apt writes goes below our folder, and no hook of the machine (such as "empty the package cache") runs. Short time limits,
 * because without a network the answer should come soon.
 */
function aptConfiguration(apt: string): string {
  const folder = apt.replaceAll('"', '')
  return `
Dir::State::lists "${folder}/lists";
Dir::State::extended_states "${folder}/extended_states";
Dir::Cache "${folder}/cache";
Dir::Log "${folder}";
Debug::NoLocking "1";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::http::Timeout "15";
Acquire::https::Timeout "15";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
`
}

/** apt needs the proxy settings of the caller; everything else of ours is left out. */
function aptEnvironment(): Record<string, string> {
  const env = bareEnvironment('/')
  for (const [name, value] of Object.entries(process.env)) if (/_proxy$/i.test(name) && value) env[name] = value
  return env
}
