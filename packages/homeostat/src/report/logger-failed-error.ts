/** The logger of the option `log` threw, rejected or blocked, three times in a row. */
export class LoggerFailedError extends Error {
  override readonly name = 'LoggerFailedError'
  readonly code = 'HOMEOSTAT_LOGGER_FAILED'

  constructor(why: string) {
    super(`the logger of the option log is not called for five minutes: ${why}, three times in a row`)
  }
}
