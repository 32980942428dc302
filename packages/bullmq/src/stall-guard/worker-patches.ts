import { ClassPatches, type Wrapper } from '../jobs/class-patches.ts'
import type { GuardableWorker, GuardedWorker, HeldToken } from './guarded-worker.ts'

/**
 * Notes which tokens a worker uses, from the moment that it asks for a job until BullMQ is done with it: so a job is guarded as well
 * whose id still waits in the socket, and one that has run and is not recorded yet.
 */
export class WorkerPatches implements Disposable {
  readonly #find: (worker: GuardableWorker) => GuardedWorker | undefined
  readonly #patches = new ClassPatches<GuardableWorker>()

  /** @param find - the record of a worker; called at every job */
  constructor(find: (worker: GuardableWorker) => GuardedWorker | undefined) {
    this.#find = find
  }

  /** @throws TypeError when a method is missing: this version of BullMQ is not supported */
  patch(worker: GuardableWorker): void {
    this.#patches.patch(worker, '_getNextJob', this.#fetching)
    this.#patches.patch(worker, 'processJob', this.#processing)
    this.#patches.patch(worker, 'close', this.#closing)
  }

  [Symbol.dispose](): void {
    this.#patches[Symbol.dispose]()
  }

  readonly #fetching: Wrapper<GuardableWorker> = (original, isActive) => {
    const find = this.#find
    return function (...args) {
      const held = isActive() ? holdAmong(find(this), args) : undefined
      const job = original.apply(this, args)
      if (held !== undefined) follow(held, job, held.fetched)
      return job
    }
  }

  readonly #processing: Wrapper<GuardableWorker> = (original, isActive) => {
    const find = this.#find
    return function (...args) {
      const held = isActive() ? find(this)?.hold(args[1]) : undefined
      if (held === undefined) return original.apply(this, args)
      held.jobName = nameOf(args[0])
      const next = original.apply(this, args)
      follow(held, next, held.processed)
      return next
    }
  }

  readonly #closing: Wrapper<GuardableWorker> = (original, isActive) => {
    const find = this.#find
    return function (...args) {
      if (args[0] === true && isActive()) find(this)?.abandon()
      return original.apply(this, args)
    }
  }
}

/** Finds the token. Its place among the arguments differs between the versions of BullMQ; no other argument begins like a token. */
function holdAmong(guarded: GuardedWorker | undefined, args: readonly unknown[]): HeldToken | undefined {
  if (guarded === undefined) return undefined
  for (let at = 0; at < args.length; at++) {
    const held = guarded.hold(args[at])
    if (held !== undefined) return held
  }
  return undefined
}

function nameOf(job: unknown): string {
  const name: unknown = (job as { name?: unknown } | undefined)?.name
  return typeof name === 'string' ? name : ''
}

/**
 * BullMQ awaits the promise itself, so it is as handled or unhandled as it was. Once per promise: the method of a subclass calls the
 * one that it overrides.
 */
function follow(held: HeldToken, outcome: unknown, onDone: (value: unknown) => void): void {
  if (held.isFollowed) return
  if (!(outcome instanceof Promise)) return held.drop()
  held.isFollowed = true
  void outcome.then(onDone, held.drop)
}
