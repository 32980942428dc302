import { alertKey } from '../words/alert-key.ts'
import type { Proposal, Refusal } from '../words/decision.ts'
import type { Histories } from '../verdicts/histories.ts'
import { advanceCourse } from './advance-course.ts'
import type { Course, CourseEvent, CoursePolicy } from './course.ts'
import { Courses } from './courses.ts'
import { plainDuration } from '../words/plain-numbers.ts'
import type { Program } from '../alerts/program.ts'
import { DEFAULT_COOLDOWN_MS } from '../words/response.ts'
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

  /** A gate refused. */
  refused({ firing, response, reason }: Refusal, program: Program, now: number): void {
    if (!response) return
    const subject = { alert: firing.alert, action: response.action, response }
    const policy = this.#policyOf({ ...subject, version: program.versionOf(firing.alert, response) })
    const key = courseKey({ alertKey: alertKey(firing), action: response.action })
    this.#advance(key, { type: 'refused', reason }, now, policy)
  }

  /** Advances all courses without an open trial. */
  rest(hasTrial: (key: string) => boolean, eventsFor: (alertKey: string) => readonly CourseEvent[], now: number): void {
    for (const [key] of this.#courses) {
      if (hasTrial(key)) continue
      for (const event of eventsFor(key.slice(0, key.lastIndexOf(' ')))) this.#advance(key, event, now, RESTING)
    }
  }

  /** Until when and why an action is not to be run for an alert; undefined when it may. */
  quarantineOf({ firing, response, action }: Proposal, program: Program, now: number): string | undefined {
    const version = program.versionOf(firing.alert, response)
    const { quarantine } = this.#histories.of({ alert: firing.alert, action: action.name, version, response }).standing
    if (!quarantine || now >= quarantine.until) return undefined
    return `${quarantine.reason}; until ${new Date(quarantine.until).toISOString()} or until it is reset`
  }

  /** How long the action still rests for this alert; undefined when it does not. */
  cooldownOf({ firing, action }: Proposal, now: number): string | undefined {
    const key = courseKey({ alertKey: alertKey(firing), action: action.name })
    if (!this.#courses.makePlace(key, now)) return 'too many alerts are resting already to remember one more'
    const { notBefore, streak } = this.#courses.get(key)
    if (now >= notBefore) return undefined
    const because = streak > 0 ? `, longer than usual after ${streak} in a row that did not help` : ''
    return `${plainDuration(notBefore - now)} of cooldown left${because}`
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

export function courseKey({ alertKey: key, action }: Pick<Trial, 'alertKey' | 'action'>): string {
  return `${key} ${action}`
}
