import { AsyncLocalStorage } from 'node:async_hooks'

interface Timer {
  readonly owner: unknown
  readonly everyMs: number | undefined
  readonly call: () => void
  at: number
}

/**
 * Time that stands still until it is advanced, for all timers of this process. It waits for
 * real work, e.g. of the file system, before it goes on, so that nothing depends on how fast the machine is.
 */
export class FakeTime implements Disposable {
  readonly #owner = new AsyncLocalStorage()
  readonly #timers = new Map<object, Timer>()
  readonly #real = { setTimeout, clearTimeout, setInterval, clearInterval }
  #now = 1_000_000

  constructor() {
    const add = (call: () => void, ms: number, everyMs?: number): object => {
      const handle = { unref: () => handle, ref: () => handle, hasRef: () => false }
      this.#timers.set(handle, { owner: this.#owner.getStore(), call, at: this.#now + Math.max(ms, 1), everyMs })
      return handle
    }
    const clear = (handle: object | undefined): void => void (handle && this.#timers.delete(handle))
    Object.assign(globalThis, {
      setTimeout: (call: () => void, ms = 0) => add(call, ms),
      setInterval: (call: () => void, ms = 0) => add(call, ms, Math.max(ms, 1)),
      clearTimeout: clear,
      clearInterval: clear,
    })
    Object.defineProperty(performance, 'now', { configurable: true, value: () => this.#now })
  }

  readonly now = (): number => this.#now

  /** Timers that are made during the work, and all that follows from it, are of this owner. */
  as<T>(owner: unknown, work: () => T): T {
    return this.#owner.run(owner, work)
  }

  /** The owner is dead: its timers do not fire any more. */
  drop(owner: unknown): void {
    for (const [handle, timer] of this.#timers) if (timer.owner === owner) this.#timers.delete(handle)
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms
    await settled()
    for (;;) {
      const next = [...this.#timers].toSorted(([, a], [, b]) => a.at - b.at)[0]
      if (!next || next[1].at > until) break
      const [handle, timer] = next
      this.#now = Math.max(this.#now, timer.at)
      if (timer.everyMs === undefined) this.#timers.delete(handle)
      else timer.at = this.#now + timer.everyMs
      this.#owner.run(timer.owner, timer.call)
      await settled()
    }
    this.#now = until
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, this.#real)
    Reflect.deleteProperty(performance, 'now')
  }
}

/** Until nothing goes on any more but what waits for time. */
async function settled(): Promise<void> {
  for (let quietTurns = 0; quietTurns < 2; quietTurns++) {
    await new Promise(resolve => void setImmediate(resolve))
    if (process.getActiveResourcesInfo().some(resource => resource.includes('Req'))) quietTurns = -1
  }
}
