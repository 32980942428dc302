import type { Knob } from '@homeostat/optimizer'
import { knobActionNames } from '@homeostat/optimizer/parts'
import type { Faults } from '@homeostat/signals'
import type { DomainWithMode } from '../domains/domains.ts'
import type { Modes } from '../options/modes.ts'
import type { HomeostatOptions } from '../options/options.ts'
import type { ReportedKnob } from './report.ts'

export interface ReportedKnobsContext {
  readonly domains: readonly DomainWithMode[]
  readonly options: HomeostatOptions
  readonly modes: Modes
  readonly faults: Faults
  /** The knobs that stand elsewhere than they were, by name. */
  readonly adjusted: readonly string[]
}

/** The knobs of all domains and of the application, each with whether a change of it outlives the process. */
export function reportedKnobs({
  domains,
  options,
  modes,
  faults,
  adjusted,
}: ReportedKnobsContext): (ReportedKnob & { readonly isOutside: boolean })[] {
  const knobs = [...domains.flatMap(([domain]) => domain.knobs ?? []), ...(options.knobs ?? [])]
  return knobs.map(knob => {
    const { name, scope, keptIn, bounds } = knob
    const actions = knobActionNames(knob)
    return {
      name,
      scope,
      mode: actions.some(action => modes.ofAction(action) === 'act') ? 'act' : modes.ofAction(name),
      isAdjusted: adjusted.includes(name),
      min: bounds.min,
      max: bounds.max,
      value: valueOf(knob, faults),
      actions,
      isOutside: scope === 'process' && keptIn !== 'memory',
    }
  })
}

/** To read a knob that is not in memory would ask a server or a file. */
function valueOf(knob: Knob, faults: Faults): number | undefined {
  if (knob.scope !== 'process' || knob.keptIn !== 'memory') return undefined
  const value = faults.contain('action', () => knob.read())
  return typeof value === 'number' ? value : undefined
}
