import { immutableFunctions } from './effects.ts'
import type { Abilities } from './proposals.ts'
import type { Server } from './server.ts'
import type { Called, Key, TableUse } from './table-use.ts'

/** What depends on the time zone of a session for `timestamptz`, and for no other type. */
const OF_TIMES = new Set(['::date', '::time', '::timestamp', 'operator +', 'operator -'])
const ALWAYS = /^operator (?:->|->>|#>|#>>|\*|\/|%)$|^::(?:int[248]|numeric|float[48]|uuid|bool)$/
const TEXTS = /^(?:text|varchar|bpchar)$/
const PRINTED_ALIKE = /^(?:text|varchar|bpchar|int[248]|uuid|numeric|jsonb)$/

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
function isImmutable({ name, types: known }: Called, { columns }: Key): boolean {
  const own = known.filter(type => type !== undefined)
  // The type of an expression within it is not known, but that expression is made of these columns.
  const types = own.length < known.length || own.length === 0 ? columns.map(({ type }) => type) : own
  if (ALWAYS.test(name)) return true
  if (OF_TIMES.has(name))
    return !types.includes('timestamptz') && !types.some(type => TEXTS.test(type) && name.startsWith('::'))
  if (name === 'operator ||') return types.every(type => TEXTS.test(type))
  return /^::(?:text|varchar)$/.test(name) && types.every(type => PRINTED_ALIKE.test(type))
}
