import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { proofPage, type ProofRecord } from '@homeostat/lab/prove'
import { readRegularFileSync } from '@homeostat/signals'
import { isFolder } from '../given-path.ts'
import { WrongCallError } from '../wrong-call-error.ts'
import { cannotWrite, writeGivenFile } from '../writing.ts'

/** More than the values of a thousand blocks. */
const LARGEST_BYTES = 256 * 1024 * 1024

/** `homeostat-prove-http.compression-20260131T120000`. */
export function reportName({ terms, proof }: ProofRecord): string {
  const time = new Date(proof.startedAt).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
  return `homeostat-prove-${terms.knob.replaceAll(/[^\w.-]/g, '_').slice(0, 80)}-${time}`
}

/**
 * Finds out whether a report can be written, before a proof of hours begins.
 *
 * @param base the path of both files without their endings
 * @throws Error with one line that names the file
 */
export function checkReportPath(base: string): void {
  if (base === '' || isFolder(base))
    throw new WrongCallError(`'--out' must be a file without its ending, e.g. ${join(base, 'compression')}`)
  const path = `${base}.${process.pid}.tmp`
  try {
    writeFileSync(path, '', { flag: 'wx' })
    rmSync(path, { force: true })
  } catch (error) {
    throw cannotWrite(error, `${base}.html`, '--out')
  }
}

/**
 * Writes the page and, beside it, the raw data. A number is added to the name where the files of another proof have it.
 *
 * @param base the path of both files without their endings
 * @throws Error with one line that names the file
 */
export function writeReport(record: ProofRecord, base: string): readonly string[] {
  let free = base
  for (let number = 2; isTaken(free, record); number++) free = `${base}-${number}`
  return [written(`${free}.html`, proofPage(record)), written(`${free}.json`, `${JSON.stringify(record, null, 1)}\n`)]
}

/** An earlier report on the same proof is replaced by a later one. */
function isTaken(base: string, { terms, proof }: ProofRecord): boolean {
  if (!existsSync(`${base}.json`)) return existsSync(`${base}.html`)
  try {
    const found = JSON.parse(readRegularFileSync(`${base}.json`, LARGEST_BYTES)) as ProofRecord
    const isSame = found.terms.knob === terms.knob && found.terms.seed === terms.seed
    // The clock on the wall may have been set a little in between.
    return !isSame || Math.abs(found.proof.startedAt - proof.startedAt) > 1000
  } catch {
    return true
  }
}

function written(path: string, text: string): string {
  writeGivenFile(path, text, '--out')
  return path
}
