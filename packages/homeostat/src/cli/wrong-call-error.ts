/** The command was called in a way that it cannot carry out. */
export class WrongCallError extends Error {
  override readonly name = 'WrongCallError'
  readonly code = 'HOMEOSTAT_WRONG_CALL'
}
