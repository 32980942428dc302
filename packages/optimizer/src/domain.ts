import type { SignalInstrumentation, SignalInstrumentationConfig } from '@homeostat/signals'
import type { Rule } from '@homeostat/promql'
import type { Action, Reclaimer } from './action.ts'
import type { CoordinatorCandidate } from './fleet/choose-coordinator.ts'
import type { Knob } from './knob.ts'
import type { Response } from './response.ts'

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
}
