import type { Arm } from '@homeostat/judge'

/** `shadow`: nothing was done because the mode does not allow it; such trials plan, and prove nothing. */
export type TrialArm = Arm | 'shadow'
