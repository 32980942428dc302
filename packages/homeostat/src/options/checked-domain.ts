import type { Domain, Reclaimer, RuleSource } from '@homeostat/optimizer'
import { actionSchema, knobSchema, responseSchema, ruleSourceSchema } from '@homeostat/optimizer/schemas'
import type { OptionProblem, OptionSchema } from '@homeostat/signals/options'
import { callback, closestName, keysOf, listOf, objectWith, readOptions, readWhole } from '@homeostat/signals/options'
import { engineSchema } from './engines.ts'

type Field = Exclude<keyof Domain, 'name' | 'instrumentation'>

const notes = { description: 'a list' }
const method = callback<never>({ description: 'a method', whenWrong: 'it is left out' })

/** Lists: an item that is not valid is left out, and the others are used. */
const LISTS: { readonly [Name in Field]?: OptionSchema<readonly unknown[]> } = {
  rules: listOf<RuleSource>(ruleSourceSchema, notes),
  responses: listOf(responseSchema, notes),
  actions: listOf(actionSchema, notes),
  knobs: listOf(knobSchema, notes),
  reclaimers: listOf(
    objectWith<Reclaimer>(['reclaim'], { description: 'a reclaimer', expected: 'a reclaimer: name and reclaim()' }),
    notes,
  ),
}

/** Fields that are used as they are, or not at all. */
const WHOLES: { readonly [Name in Field]?: OptionSchema } = {
  engine: engineSchema,
  coordinators: method,
  stateStores: method,
  observes: objectWith<object>([], { description: 'kinds of objects that observe() takes, by field' }),
  unseen: method,
  follow: method,
}

const FIELDS: readonly string[] = ['name', 'instrumentation', ...Object.keys(LISTS), ...Object.keys(WHOLES)]

/** An object that has more fields than this is not searched for misspelled ones. */
const MOST_FIELDS = 100

/**
 * A domain of the application's without the fields, rules, responses, actions and knobs that are not valid: each is one problem.
 * It is the domain itself where there is nothing to leave out.
 *
 * @param path - where it was given, e.g. `domains[0]`
 */
export function checkedDomain(domain: Domain, path: string, problems: OptionProblem[]): Domain {
  const parts: Partial<Record<Field, unknown>> = {}
  const found: OptionProblem[] = misspelled(domain, path)
  for (const [name, schema] of [...Object.entries(LISTS), ...Object.entries(WHOLES)] as [Field, OptionSchema][]) {
    const given = fieldOf(domain, name)
    if (given === undefined) continue
    const read = readField(name, schema, given, `${path}.${name}`)
    if (read.problems.length === 0) continue
    parts[name] = read.value
    found.push(...read.problems)
  }
  const hasServers = ['coordinators', 'stateStores'].some(name => fieldOf(domain, name as Field) !== undefined)
  if (hasServers && fieldOf(domain, 'engine') === undefined) {
    const at = `${path}.engine`
    found.push({ path: at, message: `${at} is missing, so that no option can name its servers: give { name, title }` })
  }
  problems.push(...found)
  return Object.keys(parts).length === 0 ? domain : domainWith(domain, parts)
}

/** A domain with other parts than its own. Its methods keep their `this`. */
export function domainWith(domain: Domain, parts: Partial<Record<Field, unknown>>): Domain {
  return new Proxy(domain, {
    get(target, name) {
      if (Object.hasOwn(parts, name)) return parts[name as Field]
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value
    },
  })
}

const UNREADABLE = Symbol('unreadable')

function fieldOf(domain: Domain, name: Field): unknown {
  try {
    return domain[name]
  } catch {
    return UNREADABLE
  }
}

function readField(
  name: Field,
  schema: OptionSchema,
  given: unknown,
  path: string,
): { readonly value: unknown; readonly problems: readonly OptionProblem[] } {
  if (given === UNREADABLE)
    return { value: undefined, problems: [{ path, message: `${path} throws when it is read; it is left out` }] }
  if (!(name in LISTS)) return readWhole(schema, given, { path })
  const { options, problems } = readOptions(schema as OptionSchema<readonly unknown[]>, given, { path })
  return { value: Array.isArray(options) ? options : undefined, problems }
}

/** Fields whose names are almost those of a domain: whoever wrote them means more than what is used. */
function misspelled(domain: Domain, path: string): OptionProblem[] {
  return (keysOf(domain, MOST_FIELDS) ?? []).flatMap(name => {
    const meant = FIELDS.includes(name) ? undefined : closestName(name, FIELDS)
    if (meant === undefined) return []
    const at = `${path}.${name}`
    return [{ path: at, message: `${at} is not a field of a domain and is ignored; did you mean ${meant}?` }]
  })
}
