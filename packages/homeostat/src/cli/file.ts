import { readRegularFileSync } from '@homeostat/signals'
import { cannotRead } from './cannot-read.ts'

/** As much as the process itself reads of such a file. */
const LARGEST_BYTES = 16 * 1024 * 1024

/**
 * The text of a file that was named on the command line. A pipe is read as well: shells make one of `<(...)`.
 *
 * @throws WrongCallError whose message names the file and what is wrong with it
 */
export function readCommandFile(path: string): string {
  try {
    return readRegularFileSync(path, LARGEST_BYTES, { acceptsPipe: true })
  } catch (error) {
    throw cannotRead(error, path)
  }
}
