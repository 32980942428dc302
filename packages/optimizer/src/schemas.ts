export { actionSchema } from './words/schemas/action-schema.ts'
export { budgetSchema } from './words/schemas/budget-schema.ts'
export { knobOptionsSchema, knobSchema } from './words/schemas/knob-schema.ts'
export {
  designSchema,
  expectationSchema,
  guardSchema,
  LONGEST_RUN_MS,
  responseSchema,
} from './words/schemas/response-schema.ts'
export { ruleSourceSchema } from './words/schemas/rule-schema.ts'
