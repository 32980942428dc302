/** Where the command line writes its lines. */
export interface CommandOutput {
  out(line: string): void
  error(line: string): void
  /** The width of the terminal, where there is one. */
  readonly columns?: number | undefined
}

/**
 * The same for all commands. 0: all is as it should be. 1: findings, failed tests, or an error in a file or a value, as in promtool.
 * 2: a command or an option that does not exist or is missing, an argument too many, or something that cannot be looked at or asked.
 * 3: errors of lint checks only, with `--lint-fatal`, as in promtool.
 */
export type ExitCode = 0 | 1 | 2 | 3
