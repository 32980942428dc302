import type { Check } from '../check.ts'
import type { ApplicationFacts } from './application-facts.ts'

/** A check of what is in the folder of an application. */
export type StaticCheck = Check<ApplicationFacts>
