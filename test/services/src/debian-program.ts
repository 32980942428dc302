import { join } from 'node:path'
import { packageFolder, unpackOnce } from './apt.ts'
import { bareEnvironment, isExecutable, runCommand } from './command.ts'
import { PackageDownloadError } from './errors.ts'

/** Options of {@link debianProgram}. */
export interface DebianProgramOptions {
  /** Receives a line when something is downloaded. @default printed as a warning */
  readonly log?: (line: string) => void
  /** Where the package has it. @default usr/bin */
  readonly place?: 'usr/bin' | 'usr/sbin'
  /** Taken from this suite of Debian, e.g. `testing`, in place of that of the machine. @default that of the machine */
  readonly suite?: string
  /** The argument with which it shows its version and ends. @default --version */
  readonly version?: string
}

/**
 * A program of one of the distribution's packages that needs no other package, unpacked into the cache folder: no root, nothing
 * installed, no network the second time.
 *
 * @throws {@link PackageDownloadError} where there is no Debian or Ubuntu, or no network the first time.
 *
 * @example const promtool = await debianProgram('prometheus', 'promtool')
 */
export async function debianProgram(
  packageName: string,
  program: string,
  {
    log = line => console.warn(line),
    place: within = 'usr/bin',
    suite,
    version = '--version',
  }: DebianProgramOptions = {},
): Promise<string> {
  const folder = await packageFolder(suite === undefined ? packageName : `${packageName}-${suite}`)
  const file = join(folder, within, program)
  const works = (place: string): Promise<boolean> => runs(join(place, within, program), version)
  if (await works(folder)) return file
  await unpackOnce({
    folder,
    what: `the package ${packageName}`,
    announce: log,
    ...(suite !== undefined && { suite }),
    download: async aptGet => void (await aptGet('download', packageName)),
    works,
  })
  if (!(await works(folder))) throw new PackageDownloadError(`${file} does not run`)
  return file
}

async function runs(file: string, version: string): Promise<boolean> {
  if (!(await isExecutable(file))) return false
  const command = { file, args: [version], env: bareEnvironment('/'), cwd: '/' }
  return runCommand(command).then(
    () => true,
    () => false,
  )
}
