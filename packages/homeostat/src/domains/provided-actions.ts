import type { Action, Knob } from '@homeostat/optimizer'
import { knobActionNames } from '@homeostat/optimizer/parts'

/** A source of actions and knobs: a package, or the application in its options. */
export interface ActionSource {
  readonly actions?: readonly Action[] | undefined
  readonly knobs?: readonly Knob[] | undefined
}

/** An action as it is known before there is anything that sets knobs. */
export type ProvidedAction = Pick<Action, 'name' | 'scope' | 'disruptive'>

/** Every action that a response may name: those that are one, and those that set a knob. */
export function providedActions({ actions = [], knobs = [] }: ActionSource): ProvidedAction[] {
  const setting = knobs.flatMap(knob => knobActionNames(knob).map(name => ({ name, scope: knob.scope })))
  return [...actions, ...setting]
}
