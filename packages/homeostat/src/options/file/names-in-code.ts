import type { OptionSchema } from '@homeostat/signals/options'
import { alternativesOf, childPath, entriesOf, shownName } from '@homeostat/signals/options'

/** A value of a file with the names that options have in code. */
export interface NamedInCode {
  readonly value: unknown
  /** Paths as they were written, by the paths in code. */
  readonly written: ReadonlyMap<string, string>
  /** Paths in code of options that were given under both names. */
  readonly twice: readonly string[]
}

/**
 * Renames the options of a file to their names in code. A file may use the names of code, or snake_case as OpenTelemetry's files do:
 * `slow_query_threshold_ms` becomes `slowQueryThresholdMs`. Names that the application chose (of an action or a header) stay. A
 * field that is null is left out.
 */
export function namedInCode(schema: OptionSchema, given: unknown): NamedInCode {
  const written = new Map<string, string>([['', '']])
  const twice: string[] = []
  const rename = (option: OptionSchema | undefined, value: unknown, path: string): unknown => {
    const at = written.get(path) ?? path
    if (Array.isArray(value)) {
      const item = itemOf(option, 'list')
      return value.map((each, index) => {
        written.set(childPath(path, index), childPath(at, index))
        return rename(item, each, childPath(path, index))
      })
    }
    if (typeof value !== 'object' || value === null) return value
    const entries = fieldsOf(option)
    const item = itemOf(option, 'record')
    const named = new Map<string, unknown>()
    for (const [name, each] of Object.entries(value)) {
      if (each === null) continue
      const key = entries.has(name) ? name : inCode(name, entries)
      const below = childPath(path, shownName(key))
      if (named.has(key)) {
        twice.push(below)
        continue
      }
      written.set(below, childPath(at, shownName(name)))
      named.set(key, rename(entries.get(key) ?? item, each, below))
    }
    return Object.fromEntries(named)
  }
  return { value: rename(schema, given, ''), written, twice }
}

/** The name of an option in snake_case, e.g. `slow_query_threshold_ms`. */
export function nameInFile(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}

function inCode(name: string, known: ReadonlyMap<string, unknown>): string {
  const key = name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  return nameInFile(key) === name && known.has(key) ? key : name
}

/** The fields of a group, or of all groups that are alternatives. */
function fieldsOf(schema: OptionSchema | undefined): ReadonlyMap<string, OptionSchema> {
  const forms = formsOf(schema)
  return new Map(forms.flatMap(form => Object.entries(entriesOf(form) ?? {})))
}

function itemOf(schema: OptionSchema | undefined, type: 'list' | 'record'): OptionSchema | undefined {
  const form = formsOf(schema).find(each => each.type === type)
  return form && 'item' in form ? form.item : undefined
}

function formsOf(schema: OptionSchema | undefined): readonly OptionSchema[] {
  if (schema === undefined) return []
  return alternativesOf(schema)?.flatMap(formsOf) ?? [schema]
}
