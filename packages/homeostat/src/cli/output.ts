/** Where the command line writes its lines. */
export interface CommandOutput {
  out(line: string): void
  error(line: string): void
}

/** As promtool's: 0 all is well, 1 something is wrong (also with how it was called), 3 only a lint check complains. */
export type ExitCode = 0 | 1 | 3
