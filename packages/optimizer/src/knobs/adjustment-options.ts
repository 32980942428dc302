import type { Knob } from '../words/knob.ts'
import type { UndoResult } from '../words/receipt.ts'
import type { KnobAccess } from './knob-access.ts'
import type { KnobLease } from './knob-lease.ts'

export interface AdjustmentOptions {
  readonly knob: Knob
  readonly access: KnobAccess
  /** The same knob with short timeouts, for callers in a hurry. */
  readonly hurriedAccess: KnobAccess
  readonly lease: KnobLease
  /** The value to go back to. */
  readonly was: number
  readonly leaseMs: number
  /** Work on one knob is done one after the other. */
  readonly inTurn: <R>(work: () => Promise<R>) => Promise<R>
  /** Asked right before a set; true stops it, and makes each undo one of everything. */
  readonly isStopped: () => boolean
  /** @param byPerson - whether somebody else's value stands */
  readonly onEnd: (byPerson: boolean) => Promise<void>
  readonly onFault: (error: unknown) => void
}

/** What has set a knob: the action, and the alert or the proof that it answers. */
export interface KnobSetter {
  readonly action: string
  readonly alert: string
}

/** The value of a knob that is adjusted, and what has set it. */
export interface KnobSetting {
  readonly value: number
  readonly by: KnobSetter | undefined
}

/** A set that lasts, or why there is none. */
export type Pushed = { readonly layer: number } | UndoResult | 'aborted'
