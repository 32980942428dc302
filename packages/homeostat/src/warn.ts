import { diag } from '@opentelemetry/api'

/** Tells the operator of a mistake in the options, in one line. */
export type Warn = (message: string) => void

/**
 * Reports a mistake in the options, also where no `diag` logger is set: it would otherwise be found in production. Only while
 * `homeostat()` is called: an application may end at a process warning, and what is found later is no reason to.
 */
export const warn: Warn = message => {
  diag.warn(`homeostat: ${message}`)
  process.emitWarning(message, { type: 'HomeostatWarning', code: 'HOMEOSTAT_OPTION' })
}
