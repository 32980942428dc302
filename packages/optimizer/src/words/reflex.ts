import type { Mode } from './mode.ts'

/**
 * Acts between two ticks, without a rule and a trial, because what it answers does not wait: load shedding. It shows what it does in metrics of its
 * own, and acts in mode `act` only.
 */
export interface Reflex {
  /** Takes the mode from somebody else from now on. It is asked before each act. */
  govern(mode: () => Mode): void
}
