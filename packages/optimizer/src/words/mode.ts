import type { Faults } from '@homeostat/signals'

/**
 * How far Homeostat may go, in order:
 * `off` evaluates no rule; `shadow` decides and writes only to the ledger and the metrics; `advise` also logs what it would
 * do; `act` does it.
 */
export type Mode = 'off' | 'shadow' | 'advise' | 'act'

/** All modes, the most careful first. */
export const modes: readonly Mode[] = ['off', 'shadow', 'advise', 'act']

/** The more careful of two modes. */
export function lesserMode(a: Mode, b: Mode): Mode {
  return modes.indexOf(a) <= modes.indexOf(b) ? a : b
}

/** Whether a value is one of the {@link modes}. */
export function isMode(text: unknown): text is Mode {
  return modes.includes(text as Mode)
}

/** How far a response may go: as far as its action, and no further than it says itself. */
export function modeOfResponse(
  { action, maxMode = 'act' }: { readonly action: string; readonly maxMode?: Mode },
  modeOf: (action: string) => Mode,
): Mode {
  return lesserMode(modeOf(action), maxMode)
}

/** The modes as the application gives them. An action without a valid mode is off. */
export function validModes(
  modeOf: ((action: string) => unknown) | undefined,
  faults: Faults,
): (action: string) => Mode {
  if (!modeOf) return () => 'advise'
  return action => {
    const mode = faults.contain('tick', () => modeOf(action))
    return isMode(mode) ? mode : 'off'
  }
}
