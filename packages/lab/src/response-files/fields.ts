import type { Compiler } from '@homeostat/optimizer/schemas'
import { parseDuration } from '@homeostat/promql'
import type { MappingReader } from '@homeostat/promql/rule-files'

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

/** A field that is one of a few words. */
export function choice<T extends string>(
  fields: MappingReader,
  field: string,
  choices: readonly T[],
  isRequired: boolean,
): T | undefined {
  const text = isRequired ? required(fields, field) : fields.text(field)
  const found = choices.find(each => each === text)
  if (found === undefined && text) fields.report(field, `${field} must be ${choices.join(' or ')}, got "${text}"`)
  return found
}

/** A field of milliseconds, written as a Prometheus duration. */
export function milliseconds(fields: MappingReader, field: string): number | undefined {
  const text = fields.duration(field)
  return text === undefined ? undefined : parseDuration(text)
}

/** A number that is not negative. */
export function positive(fields: MappingReader, field: string): number | undefined {
  const value = fields.number(field, false)
  if (value === undefined || (Number.isFinite(value) && value >= 0)) return value
  fields.report(field, `${field} must be a number that is not negative`)
  return undefined
}

/** Without the fields that are undefined: absent and undefined are two things to a response. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
