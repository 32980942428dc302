import { SlicedWork } from '@homeostat/signals'

/** Findings of a check, some lines a step: found when they are asked for. */
export type Lines = Generator<readonly string[], void, void>

/** The findings of several checks, one check after the other. */
export function* allOf(...checks: readonly Iterable<readonly string[]>[]): Lines {
  for (const lines of checks) yield* lines
}

/** How long the event loop is held for the lines that are not reported at once. */
const SLICE_MS = 1

/** Receives lines. */
export interface LineReport {
  /** While `homeostat()` runs. */
  readonly now: (line: string) => void
  /** Afterwards, for the further lines of a large program. */
  readonly later: (line: string) => void
}

/**
 * Reports what a check finds: its first steps at once and the others in slices.
 *
 * @param atOnce - how many steps are taken at once
 */
export function reportLines(lines: Lines, report: LineReport, atOnce: number, onFault: (error: unknown) => void): void {
  const look = (say: (line: string) => void): boolean => {
    const { done, value } = lines.next()
    for (const line of value ?? []) say(line)
    return done !== true
  }
  for (let looked = 0; looked < atOnce; looked++) if (!look(report.now)) return
  const rest = function* (): Generator<void, void, void> {
    while (look(report.later)) yield
  }
  new SlicedWork(rest(), SLICE_MS).done.catch(onFault)
}
