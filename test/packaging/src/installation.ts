import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { packTarballs } from '@homeostat/services'

/** A package as it is installed. */
export interface InstalledPackage {
  readonly name: string
  /** The size of its files in bytes. */
  readonly bytes: number
}

/** A folder in which npm has installed tarballs of this workspace. */
export class Installation implements AsyncDisposable {
  readonly folder: string
  /** Paths of the tarballs by package name. */
  readonly tarballs: ReadonlyMap<string, string>

  private constructor(folder: string, tarballs: ReadonlyMap<string, string>) {
    this.folder = folder
    this.tarballs = tarballs
  }

  /**
   * Packs all packages and installs some of them in an empty folder, as a user's `npm install` does.
   *
   * @param wanted - packages of ours, each with everything it depends on
   * @param others - packages of the registry, with their versions
   */
  static async create(wanted: readonly string[], others: Readonly<Record<string, string>> = {}): Promise<Installation> {
    const folder = await mkdtemp(join(tmpdir(), 'homeostat-installed-'))
    const { paths } = await packTarballs(join(folder, 'tarballs'))
    const files = Object.fromEntries([...paths].map(([name, path]) => [name, `file:${path}`]))
    const direct = Object.entries(files).filter(([name]) => wanted.includes(name))
    const manifest = {
      private: true,
      dependencies: { ...others, ...Object.fromEntries(direct) },
      // A package that depends on a sibling gets its tarball too. npm refuses an override of a direct dependency.
      overrides: Object.fromEntries(Object.entries(files).filter(([name]) => !wanted.includes(name))),
    }
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
    const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
    await promisify(execFile)('npm', args, { cwd: folder, maxBuffer: 2 ** 26 })
    return new Installation(folder, paths)
  }

  /** Every package in `node_modules`, nested ones included, by name. */
  async packages(): Promise<InstalledPackage[]> {
    const lock = JSON.parse(await readFile(join(this.folder, 'node_modules/.package-lock.json'), 'utf8')) as {
      packages: Readonly<Record<string, unknown>>
    }
    const paths = Object.keys(lock.packages)
    const found = paths.map(async path => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      bytes: await sizeOf(join(this.folder, path)),
    }))
    return (await Promise.all(found)).toSorted((a, b) => a.name.localeCompare(b.name))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile() && !entry.parentPath.includes('node_modules', folder.length))
  const sizes = await Promise.all(files.map(async file => (await stat(join(file.parentPath, file.name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
