import { immutableFunctions } from './effects.ts'
import type { Abilities } from './proposals.ts'
import type { Server } from './server.ts'
import type { Key, TableUse } from './table-use.ts'

/** What depends on the time zone of a session for `timestamptz`, and for no other type. */
const OF_TIMES = new Set(['date_trunc', 'date_part', 'extract', '::date', '::timestamp', 'operator +', 'operator -'])
const ALWAYS = /^operator (?:->|->>|#>|#>>|\*|\/|%)$|^::(?:int[248]|numeric|float[48]|uuid|bool)$|^timezone$/
const TEXTS = /^(?:text|varchar|bpchar)$/
const PRINTED_ALIKE = /^(?:text|varchar|bpchar|int[248]|uuid|numeric|jsonb)$/

/** Asks the server about the expressions that a statement compares. */
export async function abilitiesFor(server: Server, uses: readonly TableUse[]): Promise<Abilities> {
  const keys = uses.flatMap(use =>
    [...use.conditions, ...use.alternatives.flat()].flatMap(({ key, more = [] }) => [key, ...more]),
  )
  const sorted = uses.flatMap(use => use.sort.map(({ key }) => key))
  const names = [...keys, ...sorted]
    .flatMap(key => key?.functions ?? [])
    .filter(name => /^\w/.test(name) && !name.startsWith('operator '))
  const immutable = await immutableFunctions(server, [...new Set(names)])
  return { isImmutable: key => key.functions.every(name => isImmutable(name, key, immutable)) }
}

function isImmutable(name: string, { columns }: Key, immutable: ReadonlySet<string>): boolean {
  const types = columns.map(({ type }) => type)
  if (ALWAYS.test(name) || immutable.has(name)) return true
  if (OF_TIMES.has(name))
    return !types.includes('timestamptz') && !types.some(type => TEXTS.test(type) && name.startsWith('::'))
  if (name === 'operator ||') return types.every(type => TEXTS.test(type))
  return /^::(?:text|varchar)$/.test(name) && types.every(type => PRINTED_ALIKE.test(type))
}
