import { safeParse, type SafeParseResult } from 'valibot'
import { checkOf, type OptionCheck } from './option-check.ts'
import type { ObjectSchema, OptionSchema } from './option-schema.ts'
import { alternativesOf, detailsOf, entriesOf, MOST_ITEMS } from './option-schema.ts'
import { fieldOf, isObject, itemsOf, keysOf } from './untrusted-object.ts'

/** A value with a longer list in it is read item by item. */
const SHORT_LIST = 32

/** More fields than any form has. */
const OUTWEIGHS = 100

export function parse(schema: OptionSchema, given: unknown): SafeParseResult<OptionCheck> | undefined {
  try {
    return safeParse(checkOf(schema), given, { abortEarly: true })
  } catch {
    // A getter or a proxy of the value.
    return undefined
  }
}

export function isValid(schema: OptionSchema, given: unknown): boolean {
  return parse(schema, given)?.success === true
}

/** What a value of the right form breaks of the conditions over the whole of it; undefined when it meets them. */
export function problemIn({ conditions = [] }: OptionSchema, value: unknown): string | undefined {
  try {
    return conditions.map(problemOf => problemOf(value as never)).find(problem => problem !== undefined)
  } catch {
    // A getter or a proxy within the value.
    return 'is not valid'
  }
}

/** The alternative that most of the object's fields belong to, by its first field where none does. */
export function closestForm(options: readonly OptionSchema[], given: object): OptionSchema | undefined {
  const names = keysOf(given, MOST_ITEMS) ?? []
  let closest: OptionSchema | undefined
  let most = -1
  for (const option of options) {
    const entries = entriesOf(option)
    if (entries === undefined) continue
    // The field that distinguishes forms, `kind` for example, counts most.
    const tells = literalsOf(entries).filter(name => isValid(entries[name]!, fieldOf(given, name)))
    const own = names.filter(name => Object.hasOwn(entries, name)).length + tells.length * OUTWEIGHS
    if (own <= most) continue
    closest = option
    most = own
  }
  return closest
}

const literals = new WeakMap<object, readonly string[]>()

/** Names of the fields that have one value; looked for once, because lists of thousands ask. */
function literalsOf(entries: Readonly<Record<string, OptionSchema>>): readonly string[] {
  let names = literals.get(entries)
  if (names === undefined) {
    names = Object.keys(entries).filter(name => entries[name]!.type === 'literal')
    literals.set(entries, names)
  }
  return names
}

/** The alternative that an object is read by, where there are alternatives. */
export function formOf(schema: OptionSchema, given: unknown): OptionSchema {
  const options = alternativesOf(schema)
  if (options === undefined || !isObject(given) || options.some(option => entriesOf(option) === undefined))
    return schema
  return closestForm(options, given) ?? schema
}

/** Whether a value that is taken as a whole has a list that takes long to read. */
export function hasLongList(schema: ObjectSchema, given: object): boolean {
  if (schema.isOpen || detailsOf(schema).isWhole !== true) return false
  return Object.entries(schema.entries).some(([name, { type }]) => {
    if (type !== 'list') return false
    return (itemsOf(fieldOf(given, name), SHORT_LIST)?.length ?? 0) > SHORT_LIST
  })
}

export function withoutLists(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, Array.isArray(value) ? [] : value]))
}

/** The words that a text may be meant to be. */
export function wordsOf(schema: OptionSchema): readonly string[] {
  const alternatives = alternativesOf(schema)
  if (alternatives) return alternatives.flatMap(wordsOf)
  if (schema.type === 'words') return schema.words
  return schema.type === 'literal' ? [String(schema.literal)] : []
}
