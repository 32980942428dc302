import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageFolder, unpackOnce } from './apt.ts'
import { bareEnvironment, findOnPath, isExecutable, runCommand } from './command.ts'
import { PackageDownloadError } from './errors.ts'
import { libraryFolders } from './library-folders.ts'

/** A browser that a test can start. */
export interface Chromium {
  readonly file: string
  /** What it needs in its environment to find its libraries and fonts. */
  readonly env: Readonly<Record<string, string>>
}

/** No sandbox, because tests may run as root in a container; nothing that asks the network by itself. */
export const CHROMIUM_ARGUMENTS: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const PACKAGES = ['chromium', 'chromium-common', 'fonts-dejavu-core', 'fontconfig-config']

/**
 * Chromium: the one on `PATH`, or the distribution's packages, unpacked into the cache folder without root and downloaded once.
 *
 * @throws {@link PackageDownloadError} where there is no Debian, or no network the first time.
 */
export async function debianChromium(log: (line: string) => void = line => console.warn(line)): Promise<Chromium> {
  const installed = await findOnPath('chromium')
  if (installed && (await runs({ file: installed, env: {} }))) return { file: installed, env: {} }
  const folder = await packageFolder('chromium')
  if (await works(folder)) return chromiumIn(folder)
  await unpackOnce({
    folder,
    what: 'the Chromium packages (150 MB)',
    announce: log,
    // apt's own resolver adds exactly the libraries that this machine lacks.
    download: async aptGet =>
      void (await aptGet('install', '--download-only', '--reinstall', '--yes', '--no-install-recommends', ...PACKAGES)),
    works,
  })
  if (!(await works(folder))) throw new PackageDownloadError(`the browser in ${folder} does not run`)
  return chromiumIn(folder)
}

async function works(folder: string): Promise<boolean> {
  const chromium = await chromiumIn(folder)
  return (await isExecutable(chromium.file)) && (await runs(chromium))
}

async function chromiumIn(folder: string): Promise<Chromium> {
  // The package has a shell script in usr/bin, which looks for the browser in the folders of the system.
  const file = join(folder, 'usr', 'lib', 'chromium', 'chromium')
  const libraries = await libraryFolders(folder)
  // libpulse looks for its other half through a path in the file, which names the system's folder.
  const all = [...libraries, ...libraries.map(each => join(each, 'pulseaudio'))]
  return { file, env: { LD_LIBRARY_PATH: all.join(':'), FONTCONFIG_FILE: await fontsOf(folder) } }
}

/** Fontconfig's own file names the folders of the system, which may have no fonts. */
async function fontsOf(folder: string): Promise<string> {
  const file = join(folder, 'etc', 'fonts', 'console.conf')
  await mkdir(join(folder, 'etc', 'fonts'), { recursive: true })
  const fonts = `<dir>${join(folder, 'usr', 'share', 'fonts')}</dir>`
  const aliases = ['sans-serif', 'system-ui', 'monospace'].map(
    name =>
      `<alias><family>${name}</family><prefer><family>DejaVu Sans${name === 'monospace' ? ' Mono' : ''}</family></prefer></alias>`,
  )
  const text = `<?xml version="1.0"?>\n<fontconfig>${fonts}${aliases.join('')}<cachedir>${join(folder, 'fontcache')}</cachedir></fontconfig>\n`
  await writeFile(file, text)
  return file
}

async function runs({ file, env }: Chromium): Promise<boolean> {
  const command = { file, args: ['--version'], env: { ...bareEnvironment('/'), ...env }, cwd: '/' }
  return runCommand(command).then(
    () => true,
    () => false,
  )
}
