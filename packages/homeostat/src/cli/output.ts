/** Where the command line writes its lines. */
export interface CommandOutput {
  out(line: string): void
  error(line: string): void
  /** The width of the terminal, where there is one. */
  readonly columns?: number | undefined
}

/**
 * The same for all commands. 0: done, and all is as it should be. 1: the answer is no (findings, failed tests, an error in what a file
 * holds), or the work has failed. 2: called wrongly, and nothing was done; see `WrongCallError`. 3: errors of lint checks only, with `--lint-fatal`, as in promtool.
 */
export type ExitCode = 0 | 1 | 2 | 3
