import type { Domain, Mode } from '@homeostat/optimizer'
import { isMode, lesserMode } from '@homeostat/optimizer'
import { broughtActions } from './brought-actions.ts'
import type { HomeostatOptions } from './options.ts'
import type { Warn } from './warn.ts'

/** A package and the mode its options give it, if any. */
export type DomainWithMode = readonly [domain: Domain, mode: Mode | undefined]

/** What the modes of all options come to. */
export interface Modes {
  /** For whatever belongs to no package. */
  readonly base: Mode
  ofDomain(domain: Domain): Mode
  ofAction(action: string): Mode
}

/** Reads the modes of all options. One that is none is a warning, and `advise`: a slip must neither act nor keep the application from starting. */
export function readModes(options: HomeostatOptions, domains: readonly DomainWithMode[], warn: Warn): Modes {
  const checked = (mode: unknown, where: string): Mode | undefined => {
    if (mode === undefined || isMode(mode)) return mode
    warn(`${where} is ${JSON.stringify(mode)}, but must be off, shadow, advise or act; advise is used`)
    return 'advise'
  }
  const { environment = process.env } = options
  // As OpenTelemetry has it, an empty variable is one that is not set.
  const fromEnvironment = environment['HOMEOSTAT_MODE'] || undefined
  const maxMode = checked(options.maxMode, 'maxMode') ?? 'act'
  const given = checked(options.mode, 'mode') ?? checked(fromEnvironment, 'HOMEOSTAT_MODE') ?? 'advise'
  const base = lesserMode(maxMode, given)

  const ofDomains = new Map<Domain, Mode>()
  const ofActions = new Map<string, Mode>()
  for (const [domain, mode] of domains) {
    const own = lesserMode(maxMode, checked(mode, `${domain.name}.mode`) ?? given)
    ofDomains.set(domain, own)
    for (const { name } of broughtActions(domain)) ofActions.set(name, own)
  }
  for (const { name } of broughtActions(options)) ofActions.set(name, base)
  for (const [action, mode] of Object.entries(options.actionModes ?? {})) {
    if (!ofActions.has(action)) warn(`actionModes names ${action}, but no package in use brings such an action`)
    ofActions.set(action, lesserMode(maxMode, checked(mode, `actionModes['${action}']`) ?? given))
  }
  return { base, ofDomain: domain => ofDomains.get(domain) ?? base, ofAction: action => ofActions.get(action) ?? base }
}
