import type { ObjectSchema, OptionSchema } from './option-schema.ts'
import { detailsOf } from './option-schema.ts'

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
  switch (schema.type) {
    case 'either': {
      const inFiles = schema.alternatives.filter(option => !detailsOf(option).isCodeOnly)
      const [only] = inFiles
      return inFiles.length === 1 && only ? typeOf(only, isWhole) : { anyOf: inFiles.map(jsonSchema) }
    }
    case 'object':
      return objectOf(schema, isWhole)
    case 'list':
      return { type: 'array', items: jsonSchema(schema.item) }
    case 'record':
      return { type: 'object', additionalProperties: jsonSchema(schema.item) }
    case 'words':
      return { enum: schema.words }
    case 'literal':
      return { const: schema.literal }
    case 'number':
    case 'integer':
      return { type: schema.type, minimum: schema.least, maximum: schema.most }
    case 'string':
      return { type: 'string', ...(schema.least > 0 && { minLength: schema.least }), maxLength: schema.most }
    case 'boolean':
      return { type: 'boolean' }
    case 'accepted':
      return {}
  }
}

function objectOf({ entries, required }: ObjectSchema, isWhole: boolean): JsonSchema {
  const inFiles = Object.entries(entries).filter(([, entry]) => !detailsOf(entry).isCodeOnly)
  const needed = isWhole ? inFiles.map(([name]) => name).filter(name => required.includes(name)) : []
  return {
    type: 'object',
    properties: Object.fromEntries(inFiles.map(([name, entry]) => [name, jsonSchema(entry)])),
    ...(needed.length > 0 && { required: needed }),
    additionalProperties: false,
  }
}
