import type { Domain } from '@homeostat/optimizer'
import type { Faults } from '@homeostat/signals'
import { closestName, fieldOf, itemsOf, keysOf, shownName } from '@homeostat/signals/options'
import { shownClassOf } from './class-name.ts'
import { definitions } from '../domains/domain-definitions.ts'

type ObservedKind = NonNullable<Domain['observes']>[string]

/** One object, or a list of them. */
type OneOrMore = object | readonly object[]

/**
 * Objects of the application that no hook can find, for `h.observe()`. A domain of your own that takes further fields declares
 * them by `declare module 'homeostat' { interface ObservedObjects { ... } }`.
 */
export interface ObservedObjects {
  /** `Pool`s and `Client`s of pg. */
  readonly pg?: OneOrMore | undefined
  /** `Redis` and `Cluster` clients of ioredis. */
  readonly redis?: OneOrMore | undefined
  /** `Queue`s of BullMQ. */
  readonly queues?: OneOrMore | undefined
  /** `Worker`s of BullMQ. */
  readonly workers?: OneOrMore | undefined
  /** `Pool`s of undici and agents of `node:http`. */
  readonly http?: OneOrMore | undefined
  /** lru-caches of any version, and other caches with `get()`, `set()`, `has()` and `size`, e.g. a `Map`. */
  readonly caches?: OneOrMore | undefined
}

export interface ObservingContext {
  readonly domains: readonly Domain[]
  readonly faults: Faults
  /** Receives one line per mistake. */
  readonly notice: (text: string) => void
}

/** Further objects of one call are left out. */
const MOST_OBJECTS = 10_000
/** An object with more fields than this was not written as an argument of `observe()`. */
const MOST_FIELDS = 100

/** The package that a field belongs to, where that package is turned off. */
const FIELDS_OF_PACKAGES: Readonly<Record<string, string>> = {
  pg: 'pg',
  redis: 'ioredis',
  queues: 'bullmq',
  workers: 'bullmq',
  caches: 'cache',
}

/** Gives the objects of one call of `observe()` to the domains that measure them. Each mistake is one line; nothing throws. */
export function observeObjects(given: unknown, { domains, faults, notice }: ObservingContext): void {
  const fields = typeof given === 'object' && given !== null ? keysOf(given, MOST_FIELDS) : undefined
  if (fields === undefined || Array.isArray(given) || fields.length > MOST_FIELDS)
    return notice(`observe() takes an object such as { pg: pool }, but was given ${shownClassOf(given)}; it is ignored`)
  const kinds = faults.contain('signal', () => kindsOf(domains)) ?? new Map<string, never>()
  for (const field of fields) {
    const value = fieldOf(given, field)
    // Objects that an application makes only sometimes.
    if (value === undefined) continue
    const problem = kinds.has(field)
      ? observeField(field, value, kinds.get(field)!, faults)
      : unknownField(field, [...kinds.keys()])
    if (problem !== undefined) notice(problem)
  }
}

function kindsOf(domains: readonly Domain[]): ReadonlyMap<string, readonly ObservedKind[]> {
  const kinds = new Map<string, ObservedKind[]>()
  for (const { observes } of domains) {
    for (const [field, kind] of Object.entries(observes ?? {})) kinds.set(field, [...(kinds.get(field) ?? []), kind])
  }
  // A field that nobody measures is not one.
  for (const [field, found] of kinds) if (!found.some(({ expects }) => expects)) kinds.delete(field)
  return kinds
}

function observeField(
  field: string,
  value: unknown,
  kinds: readonly ObservedKind[],
  faults: Faults,
): string | undefined {
  const objects = itemsOf(value, MOST_OBJECTS) ?? [value]
  const isTaken = (object: unknown): boolean =>
    typeof object === 'object' &&
    object !== null &&
    // Each of the domains takes it; those that only take note of it do not decide whether it fits.
    kinds.filter(kind => faults.contain('signal', () => kind.observe(object)) === true && kind.expects).length > 0
  const wrong = objects.slice(0, MOST_OBJECTS).filter(object => !isTaken(object))
  if (objects.length > MOST_OBJECTS)
    return `observe() takes ${MOST_OBJECTS} objects as ${field}; the others are left out`
  if (wrong.length === 0) return undefined
  const others = wrong.length === 1 ? '' : ` and ${wrong.length - 1} more`
  return `observe() expects ${kinds.find(({ expects }) => expects)!.expects} as ${field}, or a list of them, but was given ${shownClassOf(wrong[0])}${others}; objects that do not fit are left out`
}

function unknownField(field: string, known: readonly string[]): string {
  const owner = Object.hasOwn(FIELDS_OF_PACKAGES, field) ? FIELDS_OF_PACKAGES[field] : undefined
  if (owner !== undefined && definitions.some(([name]) => name === owner))
    return `observe() was given ${field}, but the package ${owner} is turned off in the options, so nothing of it is measured`
  const meant = closestName(field, known)
  const hint = meant === undefined ? `it takes ${known.join(', ')}` : `did you mean ${meant}?`
  return `observe() does not take ${shownName(field)}: ${hint}`
}
