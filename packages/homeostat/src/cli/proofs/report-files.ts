import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { proofPage, type ProofRecord } from '@homeostat/lab/prove'
import { errorType } from '@homeostat/signals'

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
  const path = `${base}.${process.pid}.tmp`
  written(path, '', 'wx')
  rmSync(path, { force: true })
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
    const found = JSON.parse(readFileSync(`${base}.json`, 'utf8')) as ProofRecord
    const isSame = found.terms.knob === terms.knob && found.terms.seed === terms.seed
    // The clock on the wall may have been set a little in between.
    return !isSame || Math.abs(found.proof.startedAt - proof.startedAt) > 1000
  } catch {
    return true
  }
}

function written(path: string, text: string, flag = 'w'): string {
  try {
    writeFileSync(path, text, { flag })
    return path
  } catch (error) {
    const { code = errorType(error) } = error as NodeJS.ErrnoException
    throw new Error(`'${path}' cannot be written: ${code}`, { cause: error })
  }
}
