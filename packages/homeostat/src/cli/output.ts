/** Where the command line writes its lines. */
export interface CommandOutput {
  out(line: string): void
  error(line: string): void
}

/**
 * As promtool's: 0 all is well, 1 something is wrong (also with a value or a file that was given), 3 only a lint check complains.
 * Ours is 2: a command or an option does not exist, so that a pipeline tells a slip in its own text from a rule that is wrong.
 */
export type ExitCode = 0 | 1 | 2 | 3
