import fc from 'fast-check'
import type { Course, CourseEvent, CoursePolicy } from '../../src/trials/course.ts'

/** Every event that can be told to a course, with each of its variants. */
export const courseEvents: readonly CourseEvent[] = [
  { type: 'refused', reason: 'budget' },
  { type: 'withheld' },
  { type: 'started' },
  ...(['completed', 'noop', 'failed', 'timeout', 'aborted'] as const).flatMap(outcome =>
    [false, true].map((isLasting): CourseEvent => ({ type: 'ended', outcome, isLasting })),
  ),
  { type: 'windowOpened' },
  { type: 'breached' },
  { type: 'lost' },
  { type: 'preempted' },
  ...(['effective', 'no_effect', 'harmful', 'inconclusive', 'failed', 'noop', 'palliative'] as const).map(
    (verdict): CourseEvent => ({ type: 'judged', verdict }),
  ),
  ...(['restored', 'superseded', 'failed'] as const).map((result): CourseEvent => ({ type: 'reverted', result })),
  { type: 'resolved' },
  { type: 'killed' },
  { type: 'enabled' },
  { type: 'tick' },
]

export const coursePolicy: CoursePolicy = { cooldownMs: 60_000, settleMs: 10_000, windowMs: 20_000, jitter: 0.5 }

export interface CourseStep {
  readonly event: CourseEvent
  readonly waitMs: number
  readonly isQuarantined: boolean
}

/** What may happen to a course next; what leads on is likelier than what leads away. */
export const courseStep: fc.Arbitrary<CourseStep> = fc.record({
  event: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...courseEvents) },
    {
      weight: 6,
      arbitrary: fc.constantFrom<CourseEvent>(
        { type: 'tick' },
        { type: 'started' },
        { type: 'ended', outcome: 'completed', isLasting: true },
        { type: 'windowOpened' },
        { type: 'judged', verdict: 'effective' },
        { type: 'enabled' },
      ),
    },
  ),
  waitMs: fc.constantFrom(0, 0, 0, 1000, 5000, 10_000, 40_000, 4_000_000),
  isQuarantined: fc.constantFrom(...Array.from({ length: 15 }, () => false), true),
})

/** The state, with the part of its data that decides what can follow. */
export function nameOf(course: Course): string {
  if (course.state === 'proposed') return `proposed (${course.arm})`
  if ('isLasting' in course) return `${course.state} (${course.isLasting ? 'lasting' : 'once'})`
  if ((course.state === 'acting' || course.state === 'reverting') && course.killedAt !== undefined)
    return `${course.state} (killed)`
  if (course.state === 'acting' && course.isPreempted) return 'acting (preempted)'
  return course.state
}
