/** Where the command line writes its lines. */
export interface CommandOutput {
  out(line: string): void
  error(line: string): void
}

/**
 * As in promtool: 0 for no error, 1 for an error (also in a value or a file), 3 for errors of lint checks only. Homeostat adds 2 for
 * a command or an option that does not exist, so that a pipeline can distinguish its own typing mistake from a wrong rule.
 */
export type ExitCode = 0 | 1 | 2 | 3
