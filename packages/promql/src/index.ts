export type { Rule } from './rule.ts'
