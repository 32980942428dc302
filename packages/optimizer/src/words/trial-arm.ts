import type { Arm } from '../judge/episode.ts'

/** `shadow`: nothing was done because the mode does not allow it; such trials plan, and prove nothing. */
export type TrialArm = Arm | 'shadow'
