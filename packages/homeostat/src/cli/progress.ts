import type { CommandOutput } from './output.ts'

const PROGRESS_MS = 2000

/** Writes what long work has done to standard error: not more than a line every few seconds. */
export function progressTo(output: CommandOutput): (line: string) => void {
  let last = performance.now()
  return line => {
    if (performance.now() - last < PROGRESS_MS) return
    last = performance.now()
    output.error(line)
  }
}
