import type { Domain, Mode } from '@homeostat/optimizer'
import { definitions, type DomainChoice } from './domain-definitions.ts'

/** A package and the mode its options give it, if any. */
export type DomainWithMode = readonly [domain: Domain, mode: Mode | undefined]

/** All domains in use, each with the mode that its options give it. */
export function domainsOf(options: DomainChoice): DomainWithMode[] {
  const own = options.domains ?? []
  const domains: DomainWithMode[] = []
  // Asked later, when all are made: `memory.cleanup` runs what each of them can give back.
  const peers = { reclaimers: () => domains.flatMap(([domain]) => domain.reclaimers ?? []) }
  for (const [name, { create }] of definitions) {
    const given = options[name]
    if (given === false || own.some(domain => domain.name === name)) continue
    const { mode, ...rest } = given ?? {}
    domains.push([create(rest, peers), mode])
  }
  for (const domain of own) domains.push([domain, undefined])
  return domains
}
