import { major, minor, valid } from 'semver'
import type { ApplicationFacts, InstalledPackage } from '../application-facts.ts'
import type { StaticCheck } from '../static-check.ts'
import { API, registeringApi, shownCopy } from '../sdk-in-use.ts'

/** Copies of `@opentelemetry/api` that do not share the providers of the SDK. */
export const apiChecks: readonly StaticCheck[] = [
  {
    id: 'api-newer-than-provider',
    what: 'A copy of @opentelemetry/api is newer than the one in which the SDK registers its providers.',
    why: 'The newer copy finds providers of an older minor version and gives its callers a no-op meter and tracer instead. Their metrics and spans are dropped, and no error is logged.',
    fix: 'Install one version of @opentelemetry/api for the whole application, the one that the SDK accepts, with `overrides` (npm, pnpm) or `resolutions` (yarn).',
    find(facts) {
      const registering = registeringApi(facts)
      if (!registering) return []
      return copiesOfApi(facts)
        .filter(copy => isNewer(copy, registering.api))
        .map(copy => ({
          evidence: `${shownCopy(copy)}; ${registering.by.name} ${registering.by.version} registers with ${registering.api.version} in ${registering.api.path}; ${usersOf(facts, copy)}`,
          fix: `package.json: "overrides": { "${API}": "${registering.api.version}" }`,
        }))
    },
  },
  {
    id: 'api-copies',
    what: 'Two versions of @opentelemetry/api are installed, and only one of them can register.',
    why: 'Each registration has to come from exactly the same version. The api refuses registrations of the other copy, for example of a propagator or a context manager, with an error in the diagnostic log only.',
    fix: 'Install one version of @opentelemetry/api with `overrides` (npm, pnpm) or `resolutions` (yarn).',
    find(facts) {
      const { api } = registeringApi(facts) ?? {}
      if (!api) return []
      return copiesOfApi(facts)
        .filter(copy => copy.version !== api.version && !isNewer(copy, api))
        .map(copy => ({
          evidence: `${shownCopy(copy)}; the SDK registers with ${api.version} in ${api.path}; ${usersOf(facts, copy)}`,
          fix: `package.json: "overrides": { "${API}": "${api.version}" }`,
        }))
    },
  },
]

function copiesOfApi(facts: ApplicationFacts): InstalledPackage[] {
  return facts.packages.filter(({ name, version }) => name === API && valid(version) !== null)
}

/** As `isCompatible` of the api compares: by minor version, within a major one. */
function isNewer(copy: InstalledPackage, registered: InstalledPackage): boolean {
  if (valid(registered.version) === null) return false
  return major(copy.version) === major(registered.version) && minor(copy.version) > minor(registered.version)
}

function usersOf(facts: ApplicationFacts, copy: InstalledPackage): string {
  const users = facts.packages.filter(({ loads }) => loads.get(API) === copy.path).map(({ name }) => name)
  if (copy.via === undefined) users.unshift('the application itself')
  const shown = [...new Set(users)].slice(0, 4).join(', ')
  return shown === '' ? 'no watched package loads it' : `loaded by ${shown}`
}
