import type { Action, Domain, Knob } from '@homeostat/optimizer'
import { knobActionNames } from '@homeostat/optimizer/parts'
import type { Warn } from '@homeostat/signals/options'
import { shownName } from '@homeostat/signals/options'
import { domainWith } from './checked-domain.ts'
import type { DomainWithMode } from '../domains/domains.ts'
import type { HomeostatOptions } from './options.ts'

/**
 * Leaves out each action and knob that is called like one before it, because a response could mean either. Those of
 * packages come before those of options.
 */
export function withUniqueNames(
  options: HomeostatOptions,
  domains: readonly DomainWithMode[],
  warn: Warn,
): { readonly options: HomeostatOptions; readonly domains: readonly DomainWithMode[] } {
  const taken = new Set<string>()
  const areFree = (names: readonly string[], where: string): boolean => {
    const twice = names.find(name => taken.has(name))
    if (twice === undefined) for (const name of names) taken.add(name)
    else
      warn(`${where} has the name ${shownName(twice)}, which another action or knob has already; ${where} is left out`)
    return twice === undefined
  }
  const unique = (actions: readonly Action[], knobs: readonly Knob[], where: string) => ({
    actions: actions.filter(({ name }, index) => areFree([name], `${where}actions[${index}]`)),
    knobs: knobs.filter((knob, index) => areFree(knobActionNames(knob), `${where}knobs[${index}]`)),
  })
  const renamed = domains.map(([domain, mode]): DomainWithMode => {
    const parts = unique(domain.actions ?? [], domain.knobs ?? [], `${domain.name}.`)
    return [isSame(domain, parts) ? domain : domainWith(domain, parts), mode]
  })
  return { options: { ...options, ...unique(options.actions ?? [], options.knobs ?? [], '') }, domains: renamed }
}

function isSame({ actions = [], knobs = [] }: Domain, unique: Required<Pick<Domain, 'actions' | 'knobs'>>): boolean {
  return unique.actions.length === actions.length && unique.knobs.length === knobs.length
}
