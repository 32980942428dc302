import type { Domain, DomainDefinition, Mode } from '@homeostat/optimizer'
import * as packages from './domain-packages.ts'
import type { DomainWithMode } from './options/modes.ts'

/** The options of a package as `homeostat()` takes them: its own, plus how far it may go; `false` leaves the package out. */
export type PackageOptions<Definition> =
  Definition extends DomainDefinition<infer Options> ? (Options & { readonly mode?: Mode }) | false : never

/** The options of all built-in packages, by name. */
export type PackagesOptions = {
  readonly [Name in keyof typeof packages]?: PackageOptions<(typeof packages)[Name]>
}

/** The options that decide which domains there are. */
export interface DomainChoice extends PackagesOptions {
  /** Packages of your own; one that is called like a package of ours takes its place. */
  readonly domains?: readonly Domain[]
}

type AnyDefinition = DomainDefinition<object>

/** Of a domain that does not say where it stands. */
const USUAL_PLACE = 50

/** How each built-in domain is made, in their order. */
export const definitions: readonly (readonly [name: keyof PackagesOptions, definition: AnyDefinition])[] = (
  Object.entries(packages) as [keyof PackagesOptions, AnyDefinition][]
).toSorted(
  ([name, { place = USUAL_PLACE }], [otherName, { place: otherPlace = USUAL_PLACE }]) =>
    place - otherPlace || (name < otherName ? -1 : 1),
)

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
