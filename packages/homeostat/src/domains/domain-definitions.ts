import type { Domain, DomainDefinition, Mode } from '@homeostat/optimizer'
import * as packages from './domain-packages.ts'

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

/** The place of a domain without one of its own. */
const USUAL_PLACE = 50

/** How each built-in domain is made, in their order. */
export const definitions: readonly (readonly [name: keyof PackagesOptions, definition: AnyDefinition])[] = (
  Object.entries(packages) as [keyof PackagesOptions, AnyDefinition][]
).toSorted(
  ([name, { place = USUAL_PLACE }], [otherName, { place: otherPlace = USUAL_PLACE }]) =>
    place - otherPlace || (name < otherName ? -1 : 1),
)
