import type { SignalInstrumentation, SignalInstrumentationConfig } from '@homeostat/signals'
import type { Rule, Store } from '@homeostat/promql'
import type { Action, Reclaimer } from './action.ts'
import type { CoordinatorCandidate } from './coordinator.ts'
import type { Knob } from './knob.ts'
import type { LedgerListener } from './ledger-entry.ts'
import type { Response } from './response.ts'
import type { StateStoreCandidate } from './state-store.ts'

/** The loop, as a domain sees it that works on what the loop knows. */
export interface Loop {
  /** What rules read; only what some bound expression asks for is kept. */
  readonly store: Store
  /** Usual time between two ticks. */
  readonly intervalMs: number
  /** Calls the listener with the ledger entry of every tick. */
  on(listener: LedgerListener): Disposable
}

/** Everything a domain package brings, as one object. `homeostat()` is a list of these. */
export interface Domain<I = SignalInstrumentation<SignalInstrumentationConfig>> {
  /** Short name, e.g. `pg`. */
  readonly name: string
  readonly instrumentation: I
  readonly rules: readonly Rule[]
  readonly responses: readonly Response[]
  readonly actions: readonly Action[]
  /** A response sets one by naming it as its action. */
  readonly knobs: readonly Knob[]
  readonly reclaimers: readonly Reclaimer[]
  /**
   * The servers that the application was seen to use by now and that its processes could coordinate through.
   *
   * @param service - who coordinates with whom
   */
  coordinators?(service: string): readonly CoordinatorCandidate[]
  /** The same servers as places that keep what should outlive the process. */
  stateStores?(service: string): readonly StateStoreCandidate[]
  /** What it does not see in this process, and why, one line each; for the report. Cheap and free of side effects. */
  unseen?(): readonly string[]
  /** Called once, before the first tick. What it returns is disposed of at the end of the loop. */
  follow?(loop: Loop): Disposable
}
