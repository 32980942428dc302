import { counted } from '@homeostat/signals'
import type { Domain, Mode } from '@homeostat/optimizer'
import { lesserMode } from '@homeostat/optimizer/parts'
import type { Warn } from '@homeostat/signals/options'
import { didYouMean, shownName } from '@homeostat/signals/options'
import { providedActions } from '../domains/provided-actions.ts'
import type { DomainWithMode } from '../domains/domains.ts'
import type { CheckedOptions } from './read-options.ts'
import { carefulMode } from './read-options.ts'

/** Actions that are reported as unknown; the rest is counted. */
const MOST_UNKNOWN = 20

/** The modes that follow from all options. */
export interface Modes {
  /** The mode of actions that belong to no package. */
  readonly base: Mode
  /** The option `maxMode`. */
  readonly max: Mode
  ofDomain(domain: Domain): Mode
  ofAction(action: string): Mode
}

/**
 * Works out the mode of each package and action. A mode that was given and is not valid never comes to more than `advise`: a slip
 * must not act.
 */
export function readModes({ options, isWrong }: CheckedOptions, domains: readonly DomainWithMode[], warn: Warn): Modes {
  const isUnclear = isWrong('') || isWrong('maxMode') || isWrong('actionModes')
  const maxMode = carefulMode(options.maxMode ?? 'act', isUnclear)
  const given = carefulMode(options.mode ?? 'advise', isWrong('mode'))
  const base = lesserMode(maxMode, given)

  const ofDomains = new Map<Domain, Mode>()
  const ofActions = new Map<string, Mode>()
  for (const [domain, mode] of domains) {
    const isOwnWrong = isWrong(domain.name) || isWrong(`${domain.name}.mode`)
    const own = lesserMode(maxMode, carefulMode(mode ?? given, isOwnWrong))
    ofDomains.set(domain, own)
    for (const { name } of providedActions(domain)) ofActions.set(name, own)
  }
  for (const { name } of providedActions(options)) ofActions.set(name, base)
  const actionModes = Object.entries(options.actionModes ?? {})
  const unknown = actionModes.map(([action]) => action).filter(action => !ofActions.has(action))
  for (const action of unknown.slice(0, MOST_UNKNOWN))
    warn(
      `actionModes names ${shownName(action)}, but no package in use provides such an action${didYouMean(action, ofActions.keys())}`,
    )
  if (unknown.length > MOST_UNKNOWN)
    warn(`actionModes names ${counted(unknown.length - MOST_UNKNOWN, 'more action')} that no package in use provides`)
  for (const [action, mode] of actionModes) ofActions.set(action, lesserMode(maxMode, mode))
  for (const [action, mode] of ofActions) ofActions.set(action, carefulMode(mode, isWrong(`actionModes.${action}`)))
  return {
    base,
    max: maxMode,
    ofDomain: domain => ofDomains.get(domain) ?? base,
    ofAction: action => ofActions.get(action) ?? base,
  }
}
