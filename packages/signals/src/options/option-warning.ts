import { diag } from '@opentelemetry/api'
import type { OptionProblem } from './option-problem.ts'

/** Logs a mistake in the options, in one line. */
export type Warn = (message: string) => void

/**
 * Reports mistakes in options, one line each: to `diag`, and as a warning of the process, because without a `diag` logger they
 * would be found in production. To be called only while the application sets Homeostat up: some applications end at a warning.
 */
export function warnOfOptions(problems: readonly OptionProblem[]): void {
  for (const { message } of problems) warnAtStart(message)
}

/** One line, like {@link warnOfOptions}. */
export function warnAtStart(message: string, code = 'HOMEOSTAT_OPTION'): void {
  warnLater(message)
  process.emitWarning(message, { type: 'HomeostatWarning', code })
}

/** One line to `diag` alone, for what is found once the application runs. A logger that throws stops nothing. */
export function warnLater(message: string): void {
  try {
    diag.warn(`homeostat: ${message}`)
  } catch {
    // There is nowhere else to report it.
  }
}
