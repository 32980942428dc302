import { courseKey, courseKeyOf } from '../words/alert-key.ts'
import type { Answer } from '../decisions/gate.ts'
import type { Proposal, Refusal } from '../words/decision.ts'
import type { Histories } from '../verdicts/histories.ts'
import type { Quarantine } from '../verdicts/standing.ts'
import { advanceCourse } from './advance-course.ts'
import type { Course, CourseEvent, CoursePolicy } from './course.ts'
import { Courses } from './courses.ts'
import { plainDuration } from '../words/plain-numbers.ts'
import type { Program } from '../alerts/program.ts'
import { DEFAULT_COOLDOWN_MS } from '../words/response.ts'
import type { Response } from '../words/response.ts'
import type { Trial } from '../words/trial.ts'
import { designMs } from '../words/trial-design.ts'
import { DEFAULT_SETTLE_MS, DEFAULT_WINDOW_MS } from './trials.ts'

/** A course at rest looks at nothing but its own times. */
const RESTING: CoursePolicy = { cooldownMs: 0, settleMs: 0, windowMs: 0, jitter: 0.5 }

/** What a course's policy follows from. */
type Subject = Pick<Trial, 'alert' | 'action' | 'version' | 'response' | 'design'>

/** The courses of all firings and responses, and the policies by which they advance. */
export class CourseBook {
  readonly #courses = new Courses()
  readonly #histories: Histories
  readonly #random: () => number

  constructor(histories: Histories, random: () => number) {
    this.#histories = histories
    this.#random = random
  }

  get(key: string): Course {
    return this.#courses.get(key)
  }

  /** The course of a trial after an event. */
  advance(trial: Subject & Pick<Trial, 'alertKey'>, event: CourseEvent, now: number): Course {
    return this.#advance(courseKey(trial), event, now, this.#policyOf(trial))
  }

  /** A gate refused. The policy is {@link policyOfRefusals} of its response. */
  refused({ firing, reason }: Refusal, action: string, policy: CoursePolicy, now: number): void {
    this.#advance(courseKeyOf(firing, action), { type: 'refused', reason }, now, policy)
  }

  /** By what courses advance when a response is refused, whichever of its alerts fires. Only a quarantine matters then. */
  policyOfRefusals(response: Response, program: Program): CoursePolicy {
    const quarantine = this.#quarantine({ response, action: response.action }, program)
    return quarantine ? { ...RESTING, quarantinedUntil: quarantine.until } : RESTING
  }

  /** Advances all courses without an open trial. */
  rest(hasTrial: (key: string) => boolean, eventsFor: (alertKey: string) => readonly CourseEvent[], now: number): void {
    for (const [key, { alertKey }] of this.#courses) {
      if (hasTrial(key)) continue
      for (const event of eventsFor(alertKey)) this.#advance(key, event, now, RESTING)
    }
  }

  /** Until when and why an action is not to be run for an alert; undefined when it may. */
  quarantineOf({ response, action }: Answer, program: Program, now: number): string | undefined {
    const quarantine = this.#quarantine({ response, action: action.name }, program)
    if (!quarantine || now >= quarantine.until) return undefined
    return `${quarantine.reason}; until ${new Date(quarantine.until).toISOString()} or until it is reset`
  }

  /** How long the action still rests for this alert; undefined when it does not. */
  cooldownOf({ firing, action }: Proposal, now: number): string | undefined {
    const key = courseKeyOf(firing, action.name)
    if (!this.#courses.makePlace(key, now)) return 'too many alerts are resting already to remember one more'
    const { notBefore, streak } = this.#courses.get(key)
    if (now >= notBefore) return undefined
    const because = streak > 0 ? `, longer than usual after ${streak} in a row that did not help` : ''
    return `${plainDuration(notBefore - now)} of cooldown left${because}`
  }

  #quarantine(
    { response, action }: { readonly response: Response; readonly action: string },
    program: Program,
  ): Quarantine | undefined {
    const { alert } = response.to
    return this.#histories.of({ alert, action, version: program.versionOf(alert, response), response }).standing
      .quarantine
  }

  #advance(key: string, event: CourseEvent, now: number, policy: CoursePolicy): Course {
    const course = advanceCourse(this.#courses.get(key), event, now, policy)
    this.#courses.set(key, course, now)
    return course
  }

  #policyOf(subject: Subject): CoursePolicy {
    const { cooldownMs = DEFAULT_COOLDOWN_MS, expect } = subject.response
    const { quarantine } = this.#histories.of(subject).standing
    return {
      cooldownMs,
      settleMs: expect?.settleMs ?? DEFAULT_SETTLE_MS,
      windowMs: subject.design ? designMs(subject.design) : (expect?.windowMs ?? DEFAULT_WINDOW_MS),
      jitter: this.#random(),
      ...(quarantine && { quarantinedUntil: quarantine.until }),
    }
  }
}
