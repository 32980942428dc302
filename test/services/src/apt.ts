import { appendFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder, fillOnce } from './cache-folder.ts'
import { bareEnvironment, findOnPath, runCommand } from './command.ts'
import { readDistribution } from './distribution.ts'
import { PackageDownloadError, reasonOf } from './errors.ts'

/** Runs apt-get in the folder its downloads go to. */
export type AptGet = (...args: string[]) => Promise<readonly string[]>

interface Unpacking {
  /** From {@link packageFolder}. */
  readonly folder: string
  /** For the announcement and the error: `the Redis packages`. */
  readonly what: string
  readonly announce: (line: string) => void
  /** Taken from this suite of the distribution, e.g. `testing`, in place of those that the machine uses. @default those */
  readonly suite?: string
  /** Downloads with `install --download-only` or `download`. */
  readonly download: (aptGet: AptGet) => Promise<void>
  readonly works: (folder: string) => Promise<boolean>
}

/** Where a distribution's package stays unpacked for the next run. */
export async function packageFolder(name: string): Promise<string> {
  const { release } = await readDistribution()
  return join(cacheFolder(), `${name}-${release}-${process.arch}`)
}

/** Downloads packages of the distribution and unpacks them into a folder: no root, nothing installed. */
export async function unpackOnce({ folder, what, announce, suite, download, works }: Unpacking): Promise<void> {
  const { release } = await readDistribution()
  const aptGet = await findOnPath('apt-get')
  const dpkgDeb = await findOnPath('dpkg-deb')
  if (!aptGet || !dpkgDeb) throw new PackageDownloadError('apt-get and dpkg-deb are not on PATH')
  announce(`downloading ${what} of ${suite ?? release} to ${folder} (once)`)
  const make = async (partial: string): Promise<void> => {
    await downloadAndUnpack(aptGet, dpkgDeb, partial, download, suite)
    if (!(await works(partial))) throw new PackageDownloadError('the unpacked program does not run')
  }
  try {
    await fillOnce(folder, make, works)
  } catch (cause) {
    throw new PackageDownloadError(`the packages of ${release} could not be downloaded: ${reasonOf(cause)}`, {
      cause,
    })
  }
}

async function downloadAndUnpack(
  aptGet: string,
  dpkgDeb: string,
  folder: string,
  download: (aptGet: AptGet) => Promise<void>,
  suite: string | undefined,
): Promise<void> {
  const apt = join(folder, 'apt')
  const archives = join(apt, 'cache', 'archives')
  await mkdir(join(apt, 'lists', 'partial'), { recursive: true })
  await mkdir(join(archives, 'partial'), { recursive: true })
  await writeFile(join(apt, 'apt.conf'), aptConfiguration(apt))
  const run: AptGet = (...args) =>
    runCommand({ file: aptGet, args: ['-c', join(apt, 'apt.conf'), ...args], env: aptEnvironment(), cwd: archives })
  if (suite !== undefined) await useSuite(apt, suite, await run('indextargets', ...SOURCE_OF_INDEX))
  // A third-party source that is unreachable fails the update although the distribution's own lists arrived: the download will tell.
  await run('update').catch(() => {})
  await download(run)
  for (const name of await readdir(archives)) {
    if (!name.endsWith('.deb')) continue
    await runCommand({ file: dpkgDeb, args: ['-x', join(archives, name), folder], env: aptEnvironment(), cwd: folder })
  }
  await rm(apt, { recursive: true })
}

/** Asks apt for the address and the suite of each index of packages. */
const SOURCE_OF_INDEX = ['--no-release-info', '--format', '$(REPO_URI) $(RELEASE) $(COMPONENT)', 'Created-By: Packages']
const DEBIAN_KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** Makes apt read another suite from the place where it finds that of the machine. */
async function useSuite(apt: string, suite: string, sources: readonly string[]): Promise<void> {
  const { codename, isUbuntu } = await readDistribution()
  const [place] = sources.find(line => line.endsWith(` ${codename} main`))?.split(' ') ?? []
  if (place === undefined || isUbuntu)
    throw new PackageDownloadError(`this machine has no source of Debian, in which ${suite} would be found`)
  const list = join(apt, 'sources.list')
  await writeFile(list, `deb [signed-by=${DEBIAN_KEYS}] ${place} ${suite} main\n`)
  await appendFile(join(apt, 'apt.conf'), `Dir::Etc::sourcelist "${list}";\nDir::Etc::sourceparts "-";\n`)
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
