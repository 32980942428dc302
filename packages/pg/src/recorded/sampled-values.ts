import type { Grammar, Tree } from '../grammar.ts'
import type { Server } from '../indexes/server.ts'
import { valuesOf, type ColumnValues } from './column-values.ts'
import { readParameters, type ComparedParameter } from './compared-parameters.ts'

/**
 * Where in the distinct values of a column a value is taken: the last is what is judged first, and most of them have to agree. Every value is as
 * likely to be asked for as any other.
 */
const PLACES = [0.25, 0.75, 0.5] as const
/** What a range that is open at one side keeps of the rows: too much for an index on it alone, which would be a guess. */
const LEFT_OPEN = 0.1
/** What one keeps that is closed. */
const LEFT_CLOSED = 0.02
const USUAL_LIMIT = '20'
/** Enough characters to tell texts apart of which many begin alike. */
const LONGEST_PATTERN = 12

/** What stands for a value that is compared with no column. Others have no such value. */
const BY_TYPE: Readonly<Record<string, string>> = {
  int2: '1',
  int4: '1',
  int8: '1',
  numeric: '1',
  float4: '1',
  float8: '1',
  text: 'a',
  varchar: 'a',
  bpchar: 'a',
  bool: 'true',
  date: 'now',
  timestamp: 'now',
  timestamptz: 'now',
  interval: '1 day',
  uuid: '00000000-0000-0000-0000-000000000000',
  json: '{}',
  jsonb: '{}',
}

/**
 * Values for the parameters of a statement whose own are not known, from the server's statistics of the columns with which they are compared.
 * Undefined where one cannot be given: then the plan for any values says more.
 *
 * @param types - of the parameters
 */
export async function sampledValues(
  server: Server,
  types: readonly string[],
  tree: Tree,
  grammar: Grammar,
): Promise<readonly (readonly string[])[] | undefined> {
  const { compared, limits, offsets } = await readParameters(server, tree, grammar, types.length)
  const known = new Map<number, ColumnValues | undefined>()
  for (const [number, { table, column }] of compared) known.set(number, await valuesOf(server, table, column.name))
  const sets = PLACES.map(place =>
    types.map((type, at) => {
      const number = at + 1
      if (limits.has(number)) return USUAL_LIMIT
      if (offsets.has(number)) return '0'
      const [parameter, values] = [compared.get(number), known.get(number)]
      const isArray = type.startsWith('_')
      const value =
        parameter && values && isOfColumn(type, parameter)
          ? valueAt(place, parameter, values)
          : BY_TYPE[isArray ? type.slice(1) : type]
      return isArray && value !== undefined ? arrayOf(value) : value
    }),
  )
  return sets.every(set => set.every(value => value !== undefined)) ? sets : undefined
}

function valueAt(
  place: number,
  { column, comparison, side, isWithin }: ComparedParameter,
  values: ColumnValues,
): string {
  const { common, bounds } = values
  if (comparison === 'range' && side !== undefined && bounds.length > 0)
    return itemAt(bounds, rangePlace(place, side, isWithin))
  // The rest of the values are those between the bounds.
  const typical = bounds.length > 0 ? itemAt(bounds, place) : itemAt(common, place)
  // A document or an array contains itself.
  return comparison === 'contains' && familyOf(column.type) === 'text' ? pattern(typical) : typical
}

function rangePlace(place: number, side: 'below' | 'above', isWithin: boolean): number {
  if (isWithin) return side === 'below' ? place : place + LEFT_CLOSED
  return side === 'below' ? 1 - LEFT_OPEN : LEFT_OPEN
}

function itemAt(items: readonly string[], place: number): string {
  return items[Math.min(items.length - 1, Math.max(0, Math.round(place * (items.length - 1))))]!
}

/** As if it were looked for anywhere in the texts: an index for that also finds their beginning. */
function pattern(text: string): string {
  return `%${text.slice(0, LONGEST_PATTERN).replaceAll(/[\\%_]/g, '')}%`
}

/** An operand of another type, such as the interval of `now() - $1`, is no value of the column. */
function isOfColumn(type: string, { column }: ComparedParameter): boolean {
  const [own, other] = [familyOf(type.replace(/^_/, '')), familyOf(column.type)]
  return own === other
}

function familyOf(type: string): string {
  if (/^(?:int[248]|numeric|float[48])$/.test(type)) return 'number'
  return /^(?:text|varchar|bpchar|name)$/.test(type) ? 'text' : type
}

function arrayOf(value: string): string {
  return `{"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"}`
}
