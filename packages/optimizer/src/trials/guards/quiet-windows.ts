import type { Guard } from '../../words/response.ts'
import { QuietLevel } from './quiet-level.ts'
import { QuietRatio } from './quiet-ratio.ts'

/**
 * What is known of a guard's expression from the time in which no trial was open: recent, bounded (at most 16 kB a
 * guard) and cheap to add to. One for each guard and label set, fed on each quiet tick.
 */
export type QuietWindows = QuietLevel | QuietRatio

/** Whether a guard is compared as a level or counted as a ratio. */
function guardKind(spec: Guard): 'level' | 'ratio' {
  return spec.kind ?? (spec.denominator === undefined ? 'level' : 'ratio')
}

/**
 * @param saved what `toJSON()` gave in an earlier life; anything else is ignored, since quiet is learned again in minutes
 * @example
 * ```ts
 * const quiet = createQuietWindows(guard)
 * if (!trialOpen) quiet.observe(now, value, requestsPerSecond)
 * ```
 */
export function createQuietWindows(spec: Guard, saved?: unknown): QuietWindows {
  return guardKind(spec) === 'ratio' ? new QuietRatio(spec, saved) : new QuietLevel(spec, saved)
}
