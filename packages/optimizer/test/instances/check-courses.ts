import fc from 'fast-check'
import { advanceCourse } from '../../src/trials/advance-course.ts'
import { IDLE } from '../../src/trials/course.ts'
import type { Course, CourseEvent } from '../../src/trials/course.ts'
import type { Compared } from './check-conditions.ts'
import { coursePolicy, courseStep, nameOf } from './course-events.ts'
import type { CourseStep } from './course-events.ts'
import { CourseModel } from './course-model.ts'

const trace = fc.record({
  steps: fc.array(courseStep, { minLength: 1, maxLength: 60, size: 'max' }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
})

/** Compares course and model event by event; throws with the smallest trace in which they differ. */
export function checkCourses(numRuns: number, seed: number): Compared {
  const compared: Compared = { traces: 0, steps: 0, transitions: 0 }
  fc.assert(
    fc.property(trace, ({ steps, jitter }) => {
      compared.traces++
      compared.steps += steps.length
      compared.transitions += compare(steps, jitter)
    }),
    { numRuns, seed },
  )
  return compared
}

function compare(steps: readonly CourseStep[], jitter: number): number {
  const model = new CourseModel()
  let course: Course = IDLE
  let now = 0
  let transitions = 0
  for (const { event, waitMs, isQuarantined } of steps) {
    now += waitMs
    const policy = { ...coursePolicy, jitter, ...(isQuarantined && { quarantinedUntil: now + 1000 }) }
    const next = advanceCourse(course, event, now, policy)
    model.on(event, now, policy)
    const expected = [model.state, model.streak, Math.round(model.notBefore)]
    const seen = [nameOf(next), next.streak, Math.round(next.notBefore)]
    if (String(seen) !== String(expected))
      throw new Error(`${JSON.stringify(event)} in ${nameOf(course)}: ${String(seen)}, expected ${String(expected)}`)
    if (next.state === 'acting' && course.state !== 'acting') mayStart(course, event, now)
    if (next.state !== course.state) transitions++
    course = next
  }
  ends(course, now)
  return transitions
}

function mayStart(from: Course, event: CourseEvent, now: number): void {
  const isRested = from.state === 'idle' || from.state === 'suppressed' || from.state === 'proposed'
  if (!isRested || event.type !== 'started' || now < from.notBefore)
    throw new Error(`started ${from.notBefore - now} ms too early, in ${nameOf(from)}`)
}

/** Whatever happened: with time, and an answer from what runs or is undone, nothing stays open. */
function ends(course: Course, now: number): void {
  let last = course
  for (let i = 0; i < 8; i++) {
    const at = now + i * 100_000
    if (last.state === 'acting')
      last = advanceCourse(last, { type: 'ended', outcome: 'aborted', isLasting: true }, at, coursePolicy)
    if (last.state === 'reverting') last = advanceCourse(last, { type: 'reverted', result: 'failed' }, at, coursePolicy)
    last = advanceCourse(last, { type: 'tick' }, at, coursePolicy)
    if (!['proposed', 'acting', 'settling', 'verifying', 'reverting'].includes(last.state)) return
  }
  throw new Error(`${nameOf(course)} never ends: ${nameOf(last)}`)
}
