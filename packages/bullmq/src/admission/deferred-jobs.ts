import type { JobRun } from '../jobs/job-run.ts'
import type { Ticket } from './admission.ts'
import { Deferrals } from './deferrals.ts'
import { bringBack, emptyStarts, isParent, keyOf, moveToDelayed } from './job-postponement.ts'

/** So many deferred jobs are brought back to the front of their queue; the others come back behind it. */
const MOST_AWAY = 1000
/** So many are brought back per look. */
const MOST_PER_LOOK = 10
/** A job comes back by itself so much later than it is brought back, in milliseconds: the process may have ended. */
const BY_ITSELF_MS = 2000

/** How long a job would wait in its slot, and how long its run takes up what it asks for. In milliseconds. */
export interface ExpectedWait {
  readonly waitMs: number
  readonly workMs: number
}

/** A deferral that has been granted. */
export interface GrantedDeferral {
  readonly delayMs: number
  /**
   * Looks whether the job belongs to a flow.
   *
   * @returns undefined when Redis does not answer
   */
  isParent(): Promise<boolean | undefined>
  /** Moves the job to `delayed`; false where it is still this worker's to run. */
  move(): Promise<boolean>
}

/** The jobs that were moved to `delayed`, and how they come back. */
export class DeferredJobs {
  readonly #deferrals: Deferrals
  /** By their key, those that were deferred first in front. */
  readonly #away = new Map<string, { readonly run: JobRun; readonly dueAt: number }>()
  #isCalling = false

  constructor({ maxDeferredMs }: { readonly maxDeferredMs: number }) {
    this.#deferrals = new Deferrals({ totalMs: maxDeferredMs })
  }

  /** When a job asked first, which is now where it was not deferred. */
  askedAgain(run: JobRun, now: number): number {
    const key = keyOf(run)
    if (key === undefined) return now
    this.#away.delete(key)
    return this.#deferrals.firstAskedAt(key) ?? now
  }

  /** A light job has passed while heavy ones wait. */
  lightPassed(): void {
    this.#deferrals.lightPassed()
  }

  /** Undefined when the job waits in its slot instead. */
  grant(
    run: JobRun,
    { firstAskedAt }: Ticket,
    { waitMs, workMs }: ExpectedWait,
    clock: () => number,
  ): GrantedDeferral | undefined {
    const key = keyOf(run)
    if (key === undefined) return undefined
    const deferrals = this.#deferrals
    const starts = emptyStarts(run)
    const delayMs = deferrals.delayFor({ key, firstAskedAt, waitMs, workMs, starts }, clock())
    if (delayMs === undefined) return undefined
    deferrals.defer(key, firstAskedAt, { delayMs, workMs }, clock())
    return {
      delayMs,
      isParent: () =>
        isParent(run).catch(() => {
          deferrals.failed(clock())
          return undefined
        }),
      move: async () => {
        if (await moveToDelayed(run, Date.now() + delayMs + BY_ITSELF_MS)) {
          if (this.#away.size < MOST_AWAY) this.#away.set(key, { run, dueAt: clock() + delayMs })
          return true
        }
        deferrals.failed(clock())
        return false
      },
    }
  }

  /** Brings the job back that was deferred first: there is room for it sooner than was expected. */
  async callBack(now: number): Promise<void> {
    if (this.#isCalling) return
    for (const [key, { run }] of this.#away) {
      this.#away.delete(key)
      this.#deferrals.recalled(now)
      this.#isCalling = true
      await bringBack(run)
      this.#isCalling = false
      return
    }
  }

  /** Brings those back whose time has come. */
  async bringDueBack(now: number): Promise<void> {
    const due = [...this.#away].filter(([, { dueAt }]) => dueAt <= now).slice(0, MOST_PER_LOOK)
    for (const [key] of due) this.#away.delete(key)
    await Promise.all(due.map(([, { run }]) => bringBack(run)))
  }

  /** Brings all of them back that are known. */
  async callAllBack(): Promise<void> {
    const away = [...this.#away.values()]
    this.#away.clear()
    await Promise.all(away.map(({ run }) => bringBack(run)))
  }

  /** A job is done. */
  forget(run: JobRun): void {
    const key = keyOf(run)
    if (key !== undefined) this.#deferrals.forget(key)
  }

  prune(now: number): void {
    this.#deferrals.prune(now)
  }
}
