import { writeFileSync } from 'node:fs'
import { proofPage, type ProofRecord } from '@homeostat/lab/prove'
import { errorType } from '@homeostat/signals'

/** `homeostat-prove-http.compression-20260131T120000`. */
export function reportName({ terms, proof }: ProofRecord): string {
  const time = new Date(proof.startedAt).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
  return `homeostat-prove-${terms.knob.replaceAll(/[^\w.-]/g, '_').slice(0, 80)}-${time}`
}

/**
 * Writes the page and, beside it, the raw data.
 *
 * @param base the path of both files without their endings
 * @throws Error with one line that names the file
 */
export function writeReport(record: ProofRecord, base: string): readonly string[] {
  const files = [
    [`${base}.html`, proofPage(record)],
    [`${base}.json`, `${JSON.stringify(record, null, 1)}\n`],
  ] as const
  for (const [path, text] of files)
    try {
      writeFileSync(path, text)
    } catch (error) {
      const { code = errorType(error) } = error as NodeJS.ErrnoException
      throw new Error(`'${path}' cannot be written: ${code}`, { cause: error })
    }
  return files.map(([path]) => path)
}
