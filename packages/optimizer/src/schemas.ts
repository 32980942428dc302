export { actionSchema } from './words/schemas/action-schema.ts'
export { budgetSchema } from './words/schemas/budget-schema.ts'
export { knobOptionsSchema, knobSchema } from './words/schemas/knob-schema.ts'
export {
  designSchema,
  LONGEST_RUN_MS,
  responseSchema,
  responseSchemasWith,
  type ResponseSchemas,
} from './words/schemas/response-schema.ts'
export { PLAIN_COMPILER, type Compiler } from './words/schemas/promql-text.ts'
export { ruleSourceSchema } from './words/schemas/rule-schema.ts'
