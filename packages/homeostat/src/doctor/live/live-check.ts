import type { Check } from '../check.ts'
import type { LiveFacts } from '../../examination/live-facts.ts'

/** A check of a running process. */
export type LiveCheck = Check<LiveFacts>
