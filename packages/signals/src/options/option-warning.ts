import { diag } from '@opentelemetry/api'
import type { OptionProblem } from './option-problem.ts'

/**
 * Reports mistakes in options, one line each: to `diag`, and as a warning of the process, because without a `diag` logger they
 * would be found in production. To be called only while the application sets Homeostat up: some applications end at a warning.
 */
export function warnOfOptions(problems: readonly OptionProblem[]): void {
  for (const { message } of problems) warnAtStart(message, 'HOMEOSTAT_OPTION')
}

/** One line of a given code, like {@link warnOfOptions}. */
export function warnAtStart(message: string, code: string): void {
  diag.warn(`homeostat: ${message}`)
  process.emitWarning(message, { type: 'HomeostatWarning', code })
}
