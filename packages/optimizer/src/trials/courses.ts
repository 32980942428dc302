import { IDLE } from './course.ts'
import type { Course } from './course.ts'

export interface CoursesOptions {
  /** Courses kept at most. @default 10000 */
  readonly max?: number
}

const DEFAULT_MAX = 10_000
/** A streak is worth remembering for a day after its cooldown. */
const STREAK_MS = 86_400_000

interface Place {
  readonly alertKey: string
  course: Course
}

/** The courses of all firings and responses. Bounded; those at rest are forgotten. */
export class Courses {
  readonly #max: number
  readonly #courses = new Map<string, Place>()
  /** When no course was found that could give its place. */
  #fullAt = NaN

  constructor({ max = DEFAULT_MAX }: CoursesOptions = {}) {
    this.#max = max
  }

  get size(): number {
    return this.#courses.size
  }

  get(key: string): Course {
    return this.#courses.get(key)?.course ?? IDLE
  }

  /** False when there is no place for one more; then nothing may be started on it. */
  set(key: string, course: Course, now: number): boolean {
    if (isForgettable(course, now)) {
      this.#courses.delete(key)
      return true
    }
    if (isEmpty(course, now) ? !this.#courses.has(key) && this.#courses.size >= this.#max : !this.makePlace(key, now))
      return false
    const place = this.#courses.get(key)
    if (place === undefined) this.#courses.set(key, { alertKey: key.slice(0, key.lastIndexOf(' ')), course })
    else place.course = course
    return true
  }

  /** Whether there is a place for a course, if need be that of one of which nothing but a refusal is known. */
  makePlace(key: string, now: number): boolean {
    if (this.#courses.has(key) || this.#courses.size < this.#max) return true
    // Thousands may ask at one time: they do not each look at all courses in vain.
    if (this.#fullAt === now) return false
    for (const [other, { course }] of this.#courses) if (isEmpty(course, now)) return this.#courses.delete(other)
    this.#fullAt = now
    return false
  }

  [Symbol.iterator](): IterableIterator<[key: string, place: Readonly<Place>]> {
    return this.#courses.entries()
  }
}

/** Nothing was done on it, and nothing holds it up but a gate that is asked again. */
function isEmpty(course: Course, now: number): boolean {
  return course.state === 'suppressed' && course.streak === 0 && now >= course.notBefore
}

function isForgettable({ state, streak, notBefore }: Course, now: number): boolean {
  return state === 'idle' && (streak === 0 || now - notBefore > STREAK_MS)
}
