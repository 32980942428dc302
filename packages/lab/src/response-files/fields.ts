import type { Compiler } from '@homeostat/optimizer/schemas'
import { parseDuration } from '@homeostat/promql'
import type { MappingReader } from '@homeostat/promql/rule-files'
import { entriesOf, number, readField, wholeNumber, type OptionSchema } from '@homeostat/signals/options'

const description = 'a field of a file'
const most = Number.MAX_VALUE

export const ANY_NUMBER: OptionSchema<number> = number({ least: -most, most, expected: 'a finite number', description })
export const NOT_NEGATIVE: OptionSchema<number> = number({
  least: 0,
  most,
  expected: 'a number that is not negative',
  description,
})
export const WHOLE_NUMBER: OptionSchema<number> = wholeNumber({
  least: Number.MIN_SAFE_INTEGER,
  most: Number.MAX_SAFE_INTEGER,
  expected: 'a whole number',
  description,
})
export const COUNT: OptionSchema<number> = wholeNumber({
  least: 0,
  most: Number.MAX_SAFE_INTEGER,
  expected: 'a whole number that is not negative',
  description,
})

/** The text of a field that must be there. */
export function required(fields: MappingReader, field: string): string {
  const text = fields.text(field)
  if (text === '') fields.report(field, `field '${field}' must be set`)
  return text ?? ''
}

/** A PromQL expression of numbers. */
export function expression(fields: MappingReader, field: string, compiler: Compiler): string {
  const expr = required(fields, field)
  if (expr === '') return expr
  try {
    const { type } = compiler.compile(expr)
    if (type !== 'instant vector' && type !== 'scalar')
      fields.report(field, `${field} needs a vector or a scalar, got ${type}`)
  } catch (error) {
    fields.report(field, `could not parse ${field}: ${error instanceof Error ? error.message : String(error)}`, error)
  }
  return expr
}

/** The value of a field if its schema allows it; undefined when it is absent or wrong, which is reported at the value. */
export function valueOf<T>(fields: MappingReader, field: string, schema: OptionSchema<T>): T | undefined {
  const plain = fields.plain(field)
  if (plain === undefined) return undefined
  const problems = problemsOf(schema, field, plain)
  for (const problem of problems) fields.report(field, problem)
  return problems.length === 0 ? (plain as T) : undefined
}

/** What a schema finds wrong with the value of a field. */
export function problemsOf(schema: OptionSchema, field: string, value: unknown): readonly string[] {
  return readField(schema, value, field).problems.map(({ message }) => message)
}

/** The same for a field that must be there. */
export function requiredValueOf<T>(fields: MappingReader, field: string, schema: OptionSchema<T>): T | undefined {
  if (fields.node(field) === undefined) fields.report(field, `field '${field}' must be set`)
  return valueOf(fields, field, schema)
}

/** A field of milliseconds, written as a Prometheus duration. */
export function milliseconds(fields: MappingReader, field: string): number | undefined {
  const text = fields.duration(field)
  return text === undefined ? undefined : parseDuration(text)
}

/** The schema of one field of a value that is taken as a whole. */
export function entryOf<T, K extends keyof T & string>(
  schema: OptionSchema<T>,
  name: K,
): OptionSchema<Exclude<T[K], undefined>> {
  const entry = entriesOf(schema)?.[name]
  if (entry === undefined) throw new TypeError(`the schema has no field ${name}`)
  return entry as OptionSchema<Exclude<T[K], undefined>>
}

/** Without the fields that are undefined: absent and undefined are two things to a response. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
