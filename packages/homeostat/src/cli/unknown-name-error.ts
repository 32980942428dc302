import { closestName } from '@homeostat/signals/options'
import { WrongCallError } from './wrong-call-error.ts'

/** The command line names a command or an option that does not exist. */
export class UnknownNameError extends WrongCallError {
  override readonly name = 'UnknownNameError'
  override readonly code = 'HOMEOSTAT_UNKNOWN_NAME'
  /** The name as it was given, e.g. `--fix`. */
  readonly given: string
  /** A name that exists and was probably meant. */
  readonly meant: string | undefined

  constructor(message: string, given: string, known: Iterable<string>) {
    super(message)
    this.given = given
    this.meant = closestName(given, known)
  }
}
