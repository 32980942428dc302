import fc from 'fast-check'
import { expect, test } from 'vitest'
import { advanceCourse, isPossible } from '../../src/trials/advance-course.ts'
import { cooldownMs } from '../../src/trials/cooldown.ts'
import { IDLE } from '../../src/trials/course.ts'
import type { Course, CourseEvent } from '../../src/trials/course.ts'
import { coursePolicy as policy, courseStep } from './course-events.ts'

const MINUTE_MS = 60_000

/** What happened, each after a wait in milliseconds. */
function after(...events: readonly (readonly [waitMs: number, event: CourseEvent])[]): { course: Course; now: number } {
  let course = IDLE
  let now = 0
  for (const [waitMs, event] of events) {
    now += waitMs
    course = advanceCourse(course, event, now, policy)
  }
  return { course, now }
}

const tick: CourseEvent = { type: 'tick' }
const started: CourseEvent = { type: 'started' }
const ended = (isLasting: boolean): CourseEvent => ({ type: 'ended', outcome: 'completed', isLasting })
const judged = (verdict: 'effective' | 'no_effect' | 'inconclusive' | 'harmful'): CourseEvent => ({
  type: 'judged',
  verdict,
})
const verifying = (isLasting: boolean): (readonly [number, CourseEvent])[] => [
  [0, started],
  [1000, ended(isLasting)],
  [10_000, tick],
]

test('a trial that gives way to another one ends, and says nothing for or against its action', () => {
  const preempted: CourseEvent = { type: 'preempted' }
  const running = after([0, started], [1000, preempted]).course
  expect(running).toMatchObject({ state: 'acting', isPreempted: true })
  for (const outcome of ['completed', 'noop', 'failed', 'timeout', 'aborted'] as const) {
    const over = (isLasting: boolean): Course =>
      after([0, started], [1000, preempted], [1000, { type: 'ended', outcome, isLasting }]).course
    expect(over(false)).toMatchObject({ state: 'settled', verdict: 'inconclusive', streak: 0 })
    expect(over(true)).toMatchObject({ state: 'reverting', cause: 'preempted', streak: 0 })
  }
  expect(after(...verifying(true), [0, preempted]).course).toMatchObject({ state: 'reverting', cause: 'preempted' })
  expect(after(...verifying(true), [0, judged('effective')], [0, preempted]).course.state).toBe('reverting')
  const once = after(...verifying(false), [0, preempted])
  expect(once.course).toMatchObject({ state: 'settled', verdict: 'inconclusive', streak: 0 })
  expect(once.course.notBefore).toBeGreaterThan(once.now)
  expect(after([0, { type: 'withheld' }], [0, preempted]).course).toMatchObject({ state: 'cooldown', streak: 0 })
})

test('a run settles, is verified, judged, and followed by a cooldown', () => {
  const story = verifying(false)
  expect(after(...story).course.state).toBe('verifying')
  story.push([20_000, judged('effective')], [1000, tick])
  expect(after(...story).course.state).toBe('cooldown')
  expect(after(...story, [MINUTE_MS - 2000, tick]).course.state).toBe('cooldown')
  expect(after(...story, [MINUTE_MS, tick]).course).toEqual({ state: 'idle', streak: 0, notBefore: expect.any(Number) })
})

test('each trial in a row that did not help doubles the cooldown; one that decided nothing does not', () => {
  const trial = (verdict: 'no_effect' | 'inconclusive'): (readonly [number, CourseEvent])[] => [
    ...verifying(false),
    [20_000, judged(verdict)],
    [4 * 3_600_000, tick],
    [0, tick],
  ]
  expect(after(...trial('no_effect'), ...trial('no_effect')).course.streak).toBe(2)
  expect(after(...trial('no_effect'), ...trial('inconclusive')).course.streak).toBe(1)
  expect(after(...trial('no_effect'), ...verifying(false), [0, judged('effective')]).course.streak).toBe(0)
})

test('the cooldown is spread by 20 % and never longer than an hour', () => {
  expect([0, 0.5, 1].map(jitter => cooldownMs(100_000, 0, jitter))).toEqual([80_000, 100_000, 120_000])
  expect(cooldownMs(100_000, 3, 0.5)).toBe(800_000)
  expect(cooldownMs(100_000, 1000, 1)).toBe(3_600_000)
})

test('a lasting change stays while it helps and its alert fires, and is set back when the alert resolves', () => {
  const kept = after(...verifying(true), [20_000, judged('effective')], [3_600_000, tick])
  expect(kept.course.state).toBe('settled')
  const over = advanceCourse(kept.course, { type: 'resolved' }, kept.now, policy)
  expect(over).toMatchObject({ state: 'reverting', cause: 'alert resolved' })
})

test.each(['no_effect', 'inconclusive', 'harmful'] as const)('a lasting change found %s is set back', verdict => {
  expect(after(...verifying(true), [20_000, judged(verdict)]).course.state).toBe('reverting')
})

test('a breached guard sets a lasting change back at once, also after the verdict', () => {
  const breached: CourseEvent = { type: 'breached' }
  expect(after([0, started], [1, ended(true)], [1, breached]).course).toMatchObject({ cause: 'guard breached' })
  expect(after(...verifying(true), [1, breached]).course.state).toBe('reverting')
  expect(after(...verifying(true), [1, judged('effective')], [1, breached]).course.state).toBe('reverting')
})

test('a trial whose data never comes ends after twice its window', () => {
  expect(after(...verifying(false), [39_999, tick]).course.state).toBe('verifying')
  expect(after(...verifying(false), [40_000, tick]).course).toMatchObject({ state: 'settled', verdict: 'inconclusive' })
  expect(after(...verifying(true), [40_000, tick]).course).toMatchObject({ state: 'reverting', cause: 'undecided' })
})

test('a withheld run is watched as long as a run, and followed by the same cooldown', () => {
  const withheld: readonly [number, CourseEvent] = [0, { type: 'withheld' }]
  expect(after(withheld, [30_000, { type: 'resolved' }]).course).toMatchObject({ state: 'proposed', arm: 'control' })
  expect(after(withheld, [30_000, started]).course.state).toBe('proposed')
  expect(after(withheld, [50_000, tick]).course.state).toBe('cooldown')
  expect(after(withheld, [30_000, judged('inconclusive')]).course.state).toBe('cooldown')
})

test('a withheld run that the kill switch ends is followed by its cooldown too', () => {
  const { course, now } = after([0, { type: 'withheld' }], [5000, { type: 'killed' }], [0, { type: 'enabled' }])
  expect(course.state).toBe('cooldown')
  expect(course.notBefore).toBeGreaterThan(now)
})

test('a run that failed is undone when it left something, and backs off in any case', () => {
  const failed = (isLasting: boolean): CourseEvent => ({ type: 'ended', outcome: 'timeout', isLasting })
  expect(after([0, started], [1, failed(true)]).course).toMatchObject({ state: 'reverting', streak: 1 })
  expect(after([0, started], [1, failed(false)]).course).toMatchObject({
    state: 'settled',
    verdict: 'failed',
    streak: 1,
  })
})

test('the kill switch leaves a cooldown that has begun as it is', () => {
  const story = [...verifying(false), [20_000, judged('inconclusive')] as const]
  const { notBefore } = after(...story).course
  expect(after(...story, [1000, { type: 'killed' }]).course).toMatchObject({ state: 'off', notBefore })
})

test('an undo is tried three times', () => {
  const failed: readonly [number, CourseEvent] = [1000, { type: 'reverted', result: 'failed' }]
  const story = [...verifying(true), [0, judged('no_effect')] as const, failed, failed]
  expect(after(...story).course).toMatchObject({ state: 'reverting', failures: 2 })
  expect(after(...story, failed).course).toMatchObject({ state: 'reverted', result: 'failed' })
})

test('the kill switch has a lasting change set back first, and waits five seconds for it', () => {
  const killed: readonly [number, CourseEvent] = [0, { type: 'killed' }]
  const story = [...verifying(true), killed]
  expect(after(...story).course.state).toBe('reverting')
  expect(after(...story, [1, { type: 'reverted', result: 'restored' }]).course).toMatchObject({
    state: 'off',
    isUnrestored: false,
  })
  const late = after(...story, [5000, tick])
  expect(late.course).toMatchObject({ state: 'off', isUnrestored: true })
  const restored = advanceCourse(late.course, { type: 'reverted', result: 'restored' }, late.now, policy)
  expect(restored).toMatchObject({ state: 'off', isUnrestored: false })
  expect(after([0, started], killed, [0, ended(true)]).course.state).toBe('reverting')
})

test('a cooldown goes on while a course is off or quarantined', () => {
  const { course, now } = after(...verifying(false), [20_000, judged('inconclusive')], [0, { type: 'killed' }])
  expect(advanceCourse(course, { type: 'enabled' }, now + 1000, policy).state).toBe('cooldown')
  expect(advanceCourse(course, { type: 'enabled' }, now + 3_600_000, policy).state).toBe('idle')
})

test('in quarantine nothing is started, whatever is said', () => {
  const quarantinedUntil = 1_000_000
  const quarantined = advanceCourse(IDLE, started, 0, { ...policy, quarantinedUntil })
  expect(quarantined).toMatchObject({ state: 'quarantined', until: quarantinedUntil })
  expect(advanceCourse(quarantined, tick, quarantinedUntil, policy).state).toBe('idle')
})

test('an event that cannot happen in a state changes nothing', () => {
  fc.assert(
    fc.property(fc.array(courseStep, { maxLength: 60 }), steps => {
      let course: Course = IDLE
      let now = 0
      for (const { event, waitMs } of steps) {
        now += waitMs
        const next = advanceCourse(course, event, now, policy)
        if (!isPossible(course.state, event.type)) expect(next).toBe(course)
        course = next
      }
    }),
  )
})
