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
/** What expressions of an unknown type may be made of, where no function makes a time of it that has a zone. */
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
function isImmutable({ name, types: given }: Called, { columns, functions }: Key): boolean {
  const known = given.filter(type => type !== undefined)
  // The type of an expression within it is not known, but that expression is made of these columns.
  const isKnown = known.length === given.length && known.length > 0
  const types = isKnown ? known : [...known, ...columns.map(({ type }) => type)]
  if (ALWAYS.test(name)) return !types.includes('money')
  // For texts it compares how alike they are, by a setting.
  if (name === 'operator %') return types.every(type => NUMBERS.test(type))
  if (OF_TIMES.has(name)) {
    const isAlike = (name === MIXED || name === 'operator -') && new Set(known).size === 1
    if ((isKnown && isAlike) || (name === MIXED && given.length === 0)) return true
    if (!isKnown && functions.some(each => ZONING.test(each.name))) return false
    return types.every(
      type => (isKnown ? !ZONED.test(type) : PLAIN.test(type)) && !(name.startsWith('::') && TEXTS.test(type)),
    )
  }
  if (name === 'operator ||') return types.every(type => TEXTS.test(type))
  return /^::(?:text|varchar)$/.test(name) && types.every(type => PRINTED_ALIKE.test(type))
}
