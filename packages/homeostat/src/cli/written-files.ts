import { createHash } from 'node:crypto'
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { counted, readRegularFileSync } from '@homeostat/signals'
import type { CommandOutput, ExitCode } from './output.ts'
import { cannotWrite, makeFolder } from './writing.ts'

/** As `sha256sum` writes and checks it. Not JSON, which Grafana would take for a dashboard. */
const CHECKSUMS = '.homeostat-dashboards'
/** More than any file that is written here. */
const LARGEST_BYTES = 16 * 1024 * 1024

interface GivenFile {
  /** In the folder, with `/`. */
  readonly path: string
  readonly text: string
}

interface Writing {
  readonly isForced: boolean
  readonly output: CommandOutput
}

/**
 * Writes files into a folder, and keeps those that somebody has changed since: a file is replaced if its checksum is the one that was
 * written down with it.
 */
export function writeFiles(folder: string, files: readonly GivenFile[], { isForced, output }: Writing): ExitCode {
  try {
    const checksums = readChecksums(folder)
    const kept = files.filter(file => !isForced && isChanged(folder, file, checksums.get(file.path)))
    let written = 0
    for (const file of files) {
      if (kept.includes(file)) continue
      if (currentText(folder, file) !== file.text) {
        writeWhole(join(folder, file.path), file.text)
        written++
      }
      checksums.set(file.path, checksumOf(file.text))
    }
    const lines = [...checksums].map(([path, checksum]) => `${checksum}  ${path}\n`)
    writeWhole(join(folder, CHECKSUMS), lines.toSorted().join(''))
    const rest = files.length - written - kept.length
    output.out(`${folder}: ${counted(written, 'file')} written, ${rest} already current`)
    for (const { path } of kept)
      output.error(`homeostat: kept ${join(folder, path)}, which was changed: --force replaces it`)
    return kept.length === 0 ? 0 : 1
  } catch (error) {
    throw cannotWrite(error, (error as NodeJS.ErrnoException).path ?? folder, '--out')
  }
}

function isChanged(folder: string, file: GivenFile, written: string | undefined): boolean {
  const current = currentText(folder, file)
  return current !== undefined && current !== file.text && checksumOf(current) !== written
}

function currentText(folder: string, { path }: GivenFile): string | undefined {
  const file = join(folder, path)
  return existsSync(file) ? readRegularFileSync(file, LARGEST_BYTES) : undefined
}

function readChecksums(folder: string): Map<string, string> {
  const file = join(folder, CHECKSUMS)
  const text = existsSync(file) ? readRegularFileSync(file, LARGEST_BYTES) : ''
  return new Map([...text.matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)].map(([, checksum, path]) => [path!, checksum!]))
}

function checksumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Whole or not at all: a Grafana that provisions the folder may be reading. */
function writeWhole(path: string, text: string): void {
  makeFolder(dirname(path))
  const unfinished = `${path}.${process.pid}.unfinished`
  try {
    writeFileSync(unfinished, text)
    renameSync(unfinished, path)
  } finally {
    rmSync(unfinished, { force: true })
  }
}
