import type { Knob, Knobs, Optimizer } from '@homeostat/optimizer'
import { knobActionNames, PROOF_ALERT } from '@homeostat/optimizer/parts'
import type { Faults } from '@homeostat/signals'
import type { DomainWithMode } from '../domains/domains.ts'
import type { Modes } from '../options/modes.ts'
import type { HomeostatOptions } from '../options/options.ts'
import type { KnobSource, ReportedKnob } from './report.ts'

export interface ReportedKnobsContext {
  readonly domains: readonly DomainWithMode[]
  readonly options: HomeostatOptions
  readonly modes: Modes
  readonly faults: Faults
  /** How the knobs stand; undefined while nothing has asked for them. */
  readonly standing: Pick<Knobs, 'adjusted' | 'settingOf' | 'excludedUntil'> | undefined
  readonly optimizer: Pick<Optimizer, 'trials' | 'proofs'>
}

/** The knobs of all domains and of the application, each with whether a change of it outlives the process. */
export function reportedKnobs(context: ReportedKnobsContext): (ReportedKnob & { readonly isOutside: boolean })[] {
  const { domains, options, modes, faults, standing } = context
  const knobs = [...domains.flatMap(([domain]) => domain.knobs ?? []), ...(options.knobs ?? [])]
  return knobs.map(knob => {
    const { name, scope, keptIn, bounds } = knob
    const actions = knobActionNames(knob)
    return {
      name,
      scope,
      mode: actions.some(action => modes.ofAction(action) === 'act') ? 'act' : modes.ofAction(name),
      isAdjusted: standing?.adjusted.includes(name) ?? false,
      setBy: sourceOf(name, context),
      min: bounds.min,
      max: bounds.max,
      value: valueOf(knob, faults) ?? standing?.settingOf(name)?.value,
      actions,
      isOutside: scope === 'process' && keptIn !== 'memory',
    }
  })
}

function sourceOf(knob: string, { standing, optimizer: { trials, proofs } }: ReportedKnobsContext): KnobSource {
  const setting = standing?.settingOf(knob)
  if (setting === undefined) {
    // A set that gave no answer yet is ours as well.
    if (standing?.adjusted.includes(knob) === true) return { who: 'Homeostat' }
    const until = standing?.excludedUntil(knob)
    return until === undefined ? { who: 'the application' } : { who: 'a person', until: new Date(until).toISOString() }
  }
  const { by } = setting
  if (by?.alert === PROOF_ALERT) {
    const proof = proofs.known.findLast(each => each.knob === knob && each.change !== 'ended')
    return proof === undefined ? { who: 'Homeostat' } : { who: 'a proof', id: proof.id }
  }
  const trial = trials.open.find(
    ({ arm, action, alert }) => arm === 'act' && action === by?.action && alert === by.alert,
  )
  return trial === undefined ? { who: 'Homeostat' } : { who: 'a trial', id: trial.id }
}

/** To read a knob that is not in memory would ask a server or a file. */
function valueOf(knob: Knob, faults: Faults): number | undefined {
  if (knob.scope !== 'process' || knob.keptIn !== 'memory') return undefined
  const value = faults.contain('action', () => knob.read())
  return typeof value === 'number' ? value : undefined
}
