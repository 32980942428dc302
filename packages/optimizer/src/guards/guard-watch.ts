import type { Guard } from '../response.ts'
import { watchLevel } from './level-watch.ts'
import type { QuietWindows } from './quiet-windows.ts'
import { watchRatio } from './ratio-watch.ts'

/** What a guard says after a tick. A breach stands until the watch ends; blindness ends when data come back. */
export type GuardStatus =
  | { readonly state: 'watching' }
  | { readonly state: 'breached'; readonly at: number; readonly reason: string }
  | { readonly state: 'blind'; readonly reason: string }

/** One guard of one running trial. */
export interface GuardWatch {
  /**
   * Takes the tick's values. `value` is undefined or not finite where there is none; `denominator` is the number of the
   * ratio's trials a second. Costs under a microsecond and allocates nothing of lasting size.
   */
  observe(now: number, value: number | undefined, denominator?: number): GuardStatus
  /** What it cannot see, for the receipt, e.g. `would miss harm below +58 %`. Said for {@link HORIZON_MS}, with 95 % power. */
  readonly blindBelow: string
}

/**
 * Watches one guard from a trial's start on.
 *
 * @param quiet what was learned of this guard's expression while no trial was open; read here, not changed
 * @param startedAt of the trial, in ms since the epoch
 * @example
 * const watch = createGuardWatch(guard, quiet, now)
 * receipt.notes.push(watch.blindBelow)
 * const status = watch.observe(now, value)
 * if (status.state === 'breached') await undo(status.reason)
 */
export function createGuardWatch(spec: Guard, quiet: QuietWindows, startedAt: number): GuardWatch {
  return quiet.kind === 'ratio' ? watchRatio(spec, quiet, startedAt) : watchLevel(spec, quiet, startedAt)
}
