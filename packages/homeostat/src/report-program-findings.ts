import type { Faults } from '@homeostat/signals'
import { nextTurn } from '@homeostat/signals'
import type { Program } from './program.ts'

/** Responses that are looked at before `homeostat()` returns. */
const AT_ONCE = 100
/** How long the event loop is held for the rest. */
const SLICE_MS = 2

/** Reports what is wrong with the application's responses, the first hundred at once and the others in slices. */
export function reportProgramFindings(
  { findings }: Pick<Program, 'findings'>,
  faults: Faults,
  report: { readonly now: (line: string) => void; readonly later: (line: string) => void },
): void {
  const look = (say: (line: string) => void): boolean => {
    const { done, value } = findings.next()
    for (const line of value ?? []) say(line)
    return done !== true
  }
  for (let looked = 0; looked < AT_ONCE; looked++) if (!look(report.now)) return
  void inSlices(() => look(report.later)).catch((error: unknown) => faults.report('rule', error))
}

/** Calls it until it says that there is no more. */
async function inSlices(next: () => boolean): Promise<void> {
  for (;;) {
    await nextTurn()
    const until = performance.now() + SLICE_MS
    while (performance.now() < until) if (!next()) return
  }
}
