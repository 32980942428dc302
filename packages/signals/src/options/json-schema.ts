import type { OptionSchema } from './option-schema.ts'
import { alternativesOf, detailsOf, entriesOf, unwrapped } from './option-schema.ts'

/** A JSON Schema, draft 2020-12, as far as it is used here. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** The JSON Schema of what files may hold: without the options that only code can give. For editors and for checks in CI. */
export function jsonSchema(schema: OptionSchema): JsonSchema {
  const { description, default: usual, isWhole, unit } = detailsOf(schema)
  return {
    description: unit === undefined ? description : `${description} (${unit})`,
    ...(usual !== undefined && { default: usual }),
    ...typeOf(schema, isWhole === true),
  }
}

function typeOf(schema: OptionSchema, isWhole: boolean): JsonSchema {
  const alternatives = alternativesOf(schema)
  if (alternatives) {
    const inFiles = alternatives.filter(option => !detailsOf(option).isCodeOnly)
    const [only] = inFiles
    return inFiles.length === 1 && only ? typeOf(only, isWhole) : { anyOf: inFiles.map(jsonSchema) }
  }
  const entries = entriesOf(schema)
  if (entries) return objectOf(entries, isWhole)
  const plain = unwrapped(schema)
  switch (plain.type) {
    case 'array':
      return { type: 'array', items: jsonSchema((plain as unknown as { item: OptionSchema }).item) }
    case 'record':
      return {
        type: 'object',
        additionalProperties: jsonSchema((plain as unknown as { value: OptionSchema }).value),
      }
    case 'picklist':
      return { enum: (plain as unknown as { options: unknown[] }).options }
    case 'literal':
      return { const: (plain as unknown as { literal: unknown }).literal }
    case 'number':
      return { type: 'number', ...boundsOf(plain) }
    case 'string':
    case 'boolean':
      return { type: plain.type, ...boundsOf(plain) }
    default:
      return {}
  }
}

function objectOf(entries: Readonly<Record<string, OptionSchema>>, isWhole: boolean): JsonSchema {
  const inFiles = Object.entries(entries).filter(([, entry]) => !detailsOf(entry).isCodeOnly)
  const required = inFiles.filter(([, entry]) => isWhole && entry.type !== 'optional').map(([name]) => name)
  return {
    type: 'object',
    properties: Object.fromEntries(inFiles.map(([name, entry]) => [name, jsonSchema(entry)])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  }
}

/** The bounds that the checks behind a type set. */
function boundsOf(schema: OptionSchema): JsonSchema {
  const checks = 'pipe' in schema ? (schema.pipe as readonly { type: string; requirement?: unknown }[]) : []
  const bounds = checks.flatMap(({ type, requirement }): [string, unknown][] => {
    if (type === 'min_value') return [['minimum', requirement]]
    if (type === 'max_value') return [['maximum', requirement]]
    if (type === 'max_length') return [['maxLength', requirement]]
    if (type === 'non_empty') return [['minLength', 1]]
    return type === 'safe_integer' ? [['type', 'integer']] : []
  })
  return Object.fromEntries(bounds)
}
