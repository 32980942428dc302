import type { GivenPriority } from './priority.ts'
import { UsualDuration } from './usual-duration.ts'

/** So many requests of a route have to be known before it is judged. */
const LEAST_REQUESTS = 20
/** A route whose requests take so many times as much of the loop as the mean of all is refused first: instead of one of them, many others are answered. */
const COSTLY = 8
/** A route is of low priority when this share of its requests is marked so. */
const MARKED_SHARE = 0.5
/** Of so many requests the marks are noted, and then of every so-manieth. */
const LEAST_NOTED = 200
const NOTED_EVERY = 8
/** How fast what is learned follows, per request. */
const SMOOTHING = 0.02

/** What is known about the requests of one method and route. */
export class RouteLoad {
  /** `GET /users/:id`. */
  readonly route: string | undefined
  /** As the application has configured it. */
  readonly given: GivenPriority | undefined
  readonly usual: UsualDuration = new UsualDuration()
  #requests = 0
  #marked = 0
  #loopMs = 0

  constructor(route: string | undefined, given: GivenPriority | undefined) {
    this.route = route
    this.given = given
  }

  /** The mean time of the loop that one request takes, in milliseconds; undefined before enough of them are known. */
  get loopMs(): number | undefined {
    return this.#requests < LEAST_REQUESTS ? undefined : this.#loopMs
  }

  /** Whether the marks of the request that ends now are to be noted: those of the first ones and of a sample later, since headers cost more to read than all else. */
  isNextNoted(): boolean {
    return this.#requests < LEAST_NOTED || this.#requests % NOTED_EVERY === 0
  }

  /** Notes whether a request was marked as one that can wait. */
  noteMark(isMarked: boolean): void {
    this.#marked += ((isMarked ? 1 : 0) - this.#marked) * SMOOTHING
  }

  /** Notes how long a request has held the loop, in milliseconds. */
  noteLoop(heldMs: number): void {
    this.#requests++
    this.#loopMs += (heldMs - this.#loopMs) * Math.max(SMOOTHING, 1 / this.#requests)
  }

  /**
   * The priority learned from its traffic: low where most requests are prefetches or marked as such, or where each takes much more of the
   * loop than others.
   *
   * @param meanLoopMs - the mean time of the loop per request of all routes
   */
  learned(meanLoopMs: number): 'normal' | 'low' {
    if (this.#marked > MARKED_SHARE) return 'low'
    return (this.loopMs ?? 0) > COSTLY * meanLoopMs && meanLoopMs > 0 ? 'low' : 'normal'
  }
}
