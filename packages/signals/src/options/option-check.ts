import * as v from 'valibot'
import { MOST_ITEMS, type ObjectSchema, type OptionSchema } from './option-schema.ts'

/** Checks whether a value is valid. */
export type OptionCheck = v.GenericSchema

const checks = new WeakMap<OptionSchema, OptionCheck>()

/** The check of a schema. It is made once, when the first value asks for it. */
export function checkOf(schema: OptionSchema): OptionCheck {
  let check = checks.get(schema)
  if (check === undefined) {
    check = withConditions(formCheck(schema), schema)
    checks.set(schema, check)
  }
  return check
}

function formCheck(schema: OptionSchema): OptionCheck {
  switch (schema.type) {
    case 'number':
      return v.pipe(v.number(), v.finite(), v.minValue(schema.least), v.maxValue(schema.most))
    case 'integer':
      return v.pipe(v.number(), v.safeInteger(), v.minValue(schema.least), v.maxValue(schema.most))
    case 'string': {
      const text = v.pipe(v.string(), v.minLength(schema.least), v.maxLength(schema.most))
      // The file system refuses it, but only when it is used.
      return schema.isPath ? v.pipe(text, v.excludes('\0')) : text
    }
    case 'boolean':
      return v.boolean()
    case 'words':
      return v.picklist(schema.words)
    case 'literal':
      return v.literal(schema.literal)
    case 'accepted':
      return v.custom(schema.accepts)
    case 'list':
      return v.pipe(v.array(checkOf(schema.item)), v.maxLength(MOST_ITEMS))
    case 'record':
      return v.pipe(v.record(v.string(), checkOf(schema.item)), v.maxEntries(MOST_ITEMS))
    case 'object':
      return objectCheck(schema)
    case 'either':
      return v.union(schema.alternatives.map(checkOf))
  }
}

function objectCheck({ entries, required, isOpen }: ObjectSchema): OptionCheck {
  const checked = Object.entries(entries).map(([name, schema]) => {
    const check = checkOf(schema)
    return [name, required.includes(name) ? check : v.optional(check)]
  })
  const fields = Object.fromEntries(checked) as Record<string, OptionCheck>
  return isOpen ? v.looseObject(fields) : v.strictObject(fields)
}

function withConditions(check: OptionCheck, { conditions = [] }: OptionSchema): OptionCheck {
  return conditions.reduce(
    (checked, problemOf) =>
      v.pipe(
        checked,
        v.check(
          value => problemOf(value as never) === undefined,
          ({ input }) => problemOf(input as never) ?? '',
        ),
      ),
    check,
  )
}
