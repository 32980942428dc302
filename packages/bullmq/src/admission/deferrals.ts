import { BoundedMap } from '@homeostat/signals'

/** Jobs that were deferred and have not run yet. */
const MOST_JOBS = 10_000
/** A job that was started so often without an attempt is not deferred by any process: each deferral is a start. */
const MOST_STARTS = 8
/** A shorter deferral is not worth two round trips. */
const SHORTEST_MS = 20
/** A deferral costs about a millisecond of CPU and two round trips. So many may follow each other. */
const MOST_AT_ONCE = 32
/** How many are allowed per second though nothing came of those before. */
const PER_SECOND = 5
/** After a failure Redis is left alone. */
const REST_AFTER_FAILURE_MS = 30_000

export interface DeferralOptions {
  /** How long a job is deferred at most, all its deferrals together, in milliseconds. */
  readonly totalMs: number
}

/**
 * Which job is deferred, and until when. It makes room for light jobs only where some wait behind it: each light job that passes allows
 * one more deferral, and without them there are 5 per second.
 */
export class Deferrals {
  readonly #totalMs: number
  /** When each deferred job asked first, by its key. */
  readonly #firstAskedAt = new BoundedMap<string, number>(MOST_JOBS)
  /** The jobs that are deferred already start one after the other until then. */
  #busyUntil = -Infinity
  #allowed = MOST_AT_ONCE
  #countedAt: number | undefined
  #restUntil = -Infinity

  constructor({ totalMs }: DeferralOptions) {
    this.#totalMs = totalMs
  }

  /** When the job asked first; undefined where it was not deferred. */
  firstAskedAt(key: string): number | undefined {
    return this.#firstAskedAt.get(key)
  }

  /** A light job has passed while heavy ones wait: deferring them is of use. */
  lightPassed(): void {
    if (this.#allowed < MOST_AT_ONCE) this.#allowed++
  }

  /**
   * For how long to defer a job, in milliseconds; undefined when it waits in its slot instead.
   *
   * @param job.waitMs - how long it would wait in its slot
   * @param job.workMs - how long the resource is taken by its run
   * @param job.starts - how often it was started without an attempt
   */
  delayFor(
    job: {
      readonly key: string
      readonly firstAskedAt: number
      readonly waitMs: number
      readonly workMs: number
      readonly starts: number
    },
    now: number,
  ): number | undefined {
    this.#refill(now)
    if (this.#allowed < 1 || now < this.#restUntil || job.starts > MOST_STARTS) return undefined
    // A job whose entry was forgotten would be deferred for the whole time again.
    if (this.#firstAskedAt.size >= MOST_JOBS && !this.#firstAskedAt.has(job.key)) return undefined
    const leftMs = job.firstAskedAt + this.#totalMs - now
    const startAt = Math.max(now + job.waitMs, this.#busyUntil)
    const delayMs = Math.min(startAt - now, leftMs)
    return delayMs < SHORTEST_MS ? undefined : delayMs
  }

  /** A job is being deferred. */
  defer(
    key: string,
    firstAskedAt: number,
    { delayMs, workMs }: { delayMs: number; workMs: number },
    now: number,
  ): void {
    this.#allowed--
    this.#busyUntil = Math.max(this.#busyUntil, now + delayMs) + workMs
    if (!this.#firstAskedAt.has(key)) this.#firstAskedAt.set(key, firstAskedAt)
  }

  /** A job was called back before its time: the others were sent away for too long as well. */
  recalled(now: number): void {
    if (this.#busyUntil > now) this.#busyUntil = now + (this.#busyUntil - now) / 2
  }

  /** It could not be deferred. */
  failed(now: number): void {
    this.#restUntil = now + REST_AFTER_FAILURE_MS
  }

  /** It has run. */
  forget(key: string): void {
    this.#firstAskedAt.delete(key)
  }

  /** Drops the jobs that another process has run, or that were removed, long after their time. */
  prune(now: number): void {
    for (const [key, firstAskedAt] of this.#firstAskedAt) {
      if (now - firstAskedAt < 10 * this.#totalMs) return
      this.#firstAskedAt.delete(key)
    }
  }

  #refill(now: number): void {
    this.#countedAt ??= now
    this.#allowed = Math.min(MOST_AT_ONCE, this.#allowed + ((now - this.#countedAt) * PER_SECOND) / 1000)
    this.#countedAt = now
  }
}
