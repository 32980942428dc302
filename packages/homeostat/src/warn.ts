import { diag } from '@opentelemetry/api'

/** Tells the operator of a mistake in the options, in one line. */
export type Warn = (message: string) => void

/** Also where no `diag` logger is set: a mistake in the options would otherwise be found in production. */
export const warn: Warn = warnAs('HOMEOSTAT_OPTION')

/** Warnings of another kind. @param code - what they can be told apart by */
export function warnAs(code: string): Warn {
  return message => {
    diag.warn(`homeostat: ${message}`)
    process.emitWarning(message, { type: 'HomeostatWarning', code })
  }
}
