import { childPath } from './option-problem.ts'
import type { OptionDetails, OptionSchema } from './option-schema.ts'
import { alternativesOf, detailsOf, entriesOf, itemOf } from './option-schema.ts'

/** One option of a schema, by itself. */
export interface ListedOption {
  /** E.g. `pg.slowQueryThresholdMs`. */
  readonly path: string
  readonly keys: readonly string[]
  readonly schema: OptionSchema
  readonly details: OptionDetails
  /** The environment variable that sets it; undefined if only code or a file can. */
  readonly variable: string | undefined
}

/** Every option of a schema in its order, those of groups included. A group that may also be one value (`false`) is listed as that value too. */
export function listOptions(schema: OptionSchema, keys: readonly string[] = []): ListedOption[] {
  const details = detailsOf(schema)
  const alternatives = alternativesOf(schema)
  if (alternatives) {
    const below = alternatives.filter(isGroup).flatMap(option => listOptions(option, keys))
    return [listed(schema, details, keys, alternatives.some(isScalar)), ...below]
  }
  const entries = isGroup(schema) ? entriesOf(schema) : undefined
  if (entries) return Object.entries(entries).flatMap(([name, entry]) => listOptions(entry, [...keys, name]))
  return [listed(schema, details, keys, isScalar(itemOf(schema)))]
}

/** The environment variable of an option: `pg.slowQueryThresholdMs` is `HOMEOSTAT_PG_SLOW_QUERY_THRESHOLD_MS`. */
export function variableOf(keys: readonly string[]): string {
  const words = keys.map(key => key.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase())
  return ['HOMEOSTAT', ...words].join('_')
}

/** Whether a schema is of a number, a text, a flag or a word. */
export function isScalar(schema: OptionSchema): boolean {
  if (detailsOf(schema).isCodeOnly) return false
  return ['number', 'integer', 'string', 'boolean', 'words', 'literal'].includes(schema.type)
}

function isGroup(schema: OptionSchema): boolean {
  return schema.type === 'object' && !schema.isOpen && detailsOf(schema).isWhole !== true
}

function listed(
  schema: OptionSchema,
  details: OptionDetails,
  keys: readonly string[],
  isSettable: boolean,
): ListedOption {
  const variable = isSettable && !details.isCodeOnly ? (details.variable ?? variableOf(keys)) : undefined
  let path = ''
  for (const key of keys) path = childPath(path, key)
  return { path, keys, schema, details, variable }
}
