import { readFile } from 'node:fs/promises'
import { PackageDownloadError } from './errors.ts'

/** A Debian or Ubuntu. */
export interface Distribution {
  /** With its version, fit for the name of a folder: `debian-12`. */
  readonly release: string
  readonly isUbuntu: boolean
  /** `bookworm`; empty where it has none. */
  readonly codename: string
}

/**
 * The distribution of this machine.
 *
 * @throws {@link PackageDownloadError} where it is neither Debian nor Ubuntu
 */
export async function readDistribution(): Promise<Distribution> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '')
  const field = (name: string): string => new RegExp(`^${name}="?([^"\\n]*)`, 'm').exec(text)?.[1] ?? ''
  const id = field('ID')
  if (!/debian|ubuntu/.test(`${id} ${field('ID_LIKE')}`))
    throw new PackageDownloadError('this is neither Debian nor Ubuntu')
  const codename = field('VERSION_CODENAME')
  return {
    release: `${id}-${field('VERSION_ID') || codename}`.replace(/[^\w.-]/g, ''),
    isUbuntu: id.startsWith('ubuntu'),
    codename,
  }
}
