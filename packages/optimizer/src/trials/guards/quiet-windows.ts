import type { Guard } from '../../words/response.ts'
import { isSavedLevel, QuietLevel, type SavedLevel } from './quiet-level.ts'
import { isSavedRatio, QuietRatio, type SavedRatio } from './quiet-ratio.ts'

/**
 * What is known of a guard's expression from the time in which no trial was open: recent, bounded (at most 16 kB a
 * guard) and cheap to add to. One for each guard and label set, fed on each quiet tick.
 */
export type QuietWindows = QuietLevel | QuietRatio

/** Quiet windows as they are kept across restarts. */
export type SavedQuiet = SavedLevel | SavedRatio

/** Whether a guard is compared as a level or counted as a ratio. */
function guardKind(spec: Guard): 'level' | 'ratio' {
  return spec.kind ?? (spec.denominator === undefined ? 'level' : 'ratio')
}

/**
 * @example
 * ```ts
 * const quiet = createQuietWindows(guard)
 * if (!trialOpen) quiet.observe(now, value, requestsPerSecond)
 * ```
 */
export function createQuietWindows(spec: Guard): QuietWindows {
  return guardKind(spec) === 'ratio' ? new QuietRatio(spec) : new QuietLevel(spec)
}

/** Checks a value that an earlier process, or anybody else, has saved; undefined when `toJSON()` cannot have returned it. */
export function parseQuiet(saved: unknown): SavedQuiet | undefined {
  return isSavedLevel(saved) || isSavedRatio(saved) ? saved : undefined
}
