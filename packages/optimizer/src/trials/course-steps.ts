import { cooldownMs } from './cooldown.ts'
import type { Course, CoursePolicy, CourseState, RevertCause } from './course.ts'
import type { Verdict } from '../words/verdict.ts'

/** A course in one of its states. */
export type In<S extends CourseState> = Extract<Course, { state: S }>

/** What a verdict does to the streak of trials that did not help. One that decides nothing must not slow down the evidence. */
const STREAK: Readonly<Record<Verdict, (streak: number) => number>> = {
  effective: () => 0,
  palliative: streak => streak,
  inconclusive: streak => streak,
  no_effect: streak => streak + 1,
  harmful: streak => streak + 1,
  failed: streak => streak + 1,
  noop: streak => streak + 1,
}

/** What every state carries. */
export function known({ streak, notBefore }: Course): { readonly streak: number; readonly notBefore: number } {
  return { streak, notBefore }
}

export function idle(course: Course): Course {
  return { ...known(course), state: 'idle' }
}

export function off(course: Course, isUnrestored = false): Course {
  return { ...known(course), state: 'off', isUnrestored }
}

export function revert(course: Course, cause: RevertCause): In<'reverting'> {
  return { ...known(course), state: 'reverting', cause, failures: 0 }
}

export function scored<C extends Course>(course: C, verdict: Verdict): C {
  return { ...course, streak: STREAK[verdict](course.streak) }
}

/** A trial or a control has ended now: the wait begins, whatever state comes next. */
export function cool<C extends Course>(course: C, now: number, policy: CoursePolicy): C {
  return { ...course, notBefore: now + cooldownMs(policy.cooldownMs, course.streak, policy.jitter) }
}

export function settle(
  course: Course,
  verdict: Verdict,
  isLasting: boolean,
  now: number,
  policy: CoursePolicy,
): In<'settled'> {
  return { ...known(cool(scored(course, verdict), now, policy)), state: 'settled', isLasting, verdict }
}

/** Where a course without an open trial belongs now. */
export function rest(course: Course, now: number, policy: CoursePolicy): Course {
  const held = quarantined(course, now, policy)
  if (held) return held
  if (now >= course.notBefore) return idle(course)
  return course.state === 'cooldown' ? course : { ...known(course), state: 'cooldown' }
}

export function quarantined(
  course: Course,
  now: number,
  { quarantinedUntil: until }: CoursePolicy,
): Course | undefined {
  if (until === undefined || now >= until) return undefined
  return course.state === 'quarantined' && course.until === until
    ? course
    : { ...known(course), state: 'quarantined', until }
}
