import { readRegularFileSync } from '@homeostat/signals'

/** As much as the process itself reads of such a file. */
const LARGEST_BYTES = 16 * 1024 * 1024

/** The text of a file that was named on the command line. A pipe is read as well: shells make one of `<(...)`. */
export function readCommandFile(path: string): string {
  return readRegularFileSync(path, LARGEST_BYTES, { acceptsPipe: true })
}
