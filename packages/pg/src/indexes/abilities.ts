import { immutableFunctions } from './effects.ts'
import type { Abilities } from './proposals.ts'
import type { Server } from './server.ts'
import { MIXED, type Called, type Key, type TableUse } from './table-use.ts'

/** What depends on the time zone of a session for `timestamptz`, and for no other type. */
const OF_TIMES = new Set(['::date', '::time', '::timestamp', 'operator +', 'operator -', MIXED])
/** Arithmetic, parts of documents, and casts that depend on nothing for the types that have them; the text of a money does. */
const ALWAYS = /^operator (?:->|->>|#>|#>>|\*|\/)$|^::(?:int[248]|numeric|float[48]|uuid|bool)$/
const TEXTS = /^(?:text|varchar|bpchar)$/
const NUMBERS = /^(?:int[248]|numeric|float[48])$/
const PRINTED_ALIKE = /^(?:text|varchar|bpchar|citext|int[248]|uuid|numeric|bool|jsonb)$/
/** Types with a time zone, and those that may hold one. */
const ZONED = /^_?(?:timestamptz|timetz|tstz(?:multi)?range)$/
/** An expression of an unknown type that is made of these holds no time zone, unless a function adds one. */
const PLAIN = /^(?:int[248]|numeric|float[48]|bool|uuid|date|time|timestamp|interval|text|varchar|bpchar)$/
const ZONING = /^(?:timezone|to_timestamp|::timestamptz|::timetz|lower|upper)$/

/** Asks the server about the expressions that a statement compares. */
export async function abilitiesFor(server: Server, uses: readonly TableUse[]): Promise<Abilities> {
  const keys = uses.flatMap(use =>
    [...use.conditions, ...use.alternatives.flat()].flatMap(({ key, more = [] }) => [key, ...more]),
  )
  const sorted = uses.flatMap(use => use.sort.map(({ key }) => key))
  const called = [...keys, ...sorted].flatMap(key => key?.functions ?? []).filter(({ name }) => /^\w+$/.test(name))
  const immutable = await immutableFunctions(server, called)
  return { isImmutable: key => key.functions.every(each => immutable.has(each) || isImmutable(each, key)) }
}

/** Casts and operators, which have no names of their own among the functions. */
function isImmutable(called: Called, key: Key): boolean {
  const { name } = called
  const { types } = givenTo(called, key)
  if (ALWAYS.test(name)) return !types.includes('money')
  // For texts it compares how alike they are, by a setting.
  if (name === 'operator %') return types.every(type => NUMBERS.test(type))
  if (OF_TIMES.has(name)) return isFreeOfZones(called, key)
  if (name === 'operator ||') return types.every(type => TEXTS.test(type))
  return /^::(?:text|varchar)$/.test(name) && types.every(type => PRINTED_ALIKE.test(type))
}

/** Whether no time zone of a session decides its result. */
function isFreeOfZones(called: Called, key: Key): boolean {
  const { name } = called
  const { types, areKnown } = givenTo(called, key)
  // Constants alone, and times of one type: these are compared or subtracted as they are.
  if (name === MIXED && called.types.length === 0) return true
  if ((name === MIXED || name === 'operator -') && areKnown && new Set(types).size === 1) return true
  if (!areKnown && key.functions.some(each => ZONING.test(each.name))) return false
  const isCast = name.startsWith('::')
  return types.every(type => (areKnown ? !ZONED.test(type) : PLAIN.test(type)) && !(isCast && TEXTS.test(type)))
}

/** The types of its arguments; where one is not known, those of the columns as well, of which that argument is made. */
function givenTo(
  { types }: Called,
  { columns }: Key,
): { readonly types: readonly string[]; readonly areKnown: boolean } {
  const known = types.filter(type => type !== undefined)
  const areKnown = known.length === types.length && known.length > 0
  return { types: areKnown ? known : [...known, ...columns.map(({ type }) => type)], areKnown }
}
