/** The command was called in a way that it cannot carry out: exit code 2. Any other error is a failure of its work: exit code 1. */
export class WrongCallError extends Error {
  override readonly name: string = 'WrongCallError'
  readonly code: string = 'HOMEOSTAT_WRONG_CALL'
}
