import type { Guard } from '../../words/response.ts'
import type { GuardWatch } from './guard-status.ts'
import { watchLevel } from './level-watch.ts'
import type { QuietWindows } from './quiet-windows.ts'
import { watchRatio } from './ratio-watch.ts'

export type { GuardWatch } from './guard-status.ts'

/**
 * Watches one guard from a trial's start on.
 *
 * @param quiet what was learned of this guard's expression while no trial was open; read here, not changed
 * @param startedAt of the trial, in ms since the epoch
 * @param everyMs time between the values of the trial, where it is shorter than between quiet ones. @default as between quiet ones
 * @example
 * ```ts
 * const watch = createGuardWatch(guard, quiet, now)
 * console.log(watch.blindBelow) // what it cannot see
 * const status = watch.observe(now, value)
 * if (status.state === 'breached') await undo(status.reason)
 * ```
 */
export function createGuardWatch(spec: Guard, quiet: QuietWindows, startedAt: number, everyMs?: number): GuardWatch {
  return quiet.kind === 'ratio'
    ? watchRatio(spec, quiet, startedAt, everyMs)
    : watchLevel(spec, quiet, startedAt, everyMs)
}
