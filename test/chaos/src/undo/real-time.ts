import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WorldTime } from './world.ts'

/** Time as it is, for places with real servers. A dead process's timers still fire; they do nothing, for its calls do not. */
export class RealTime implements WorldTime {
  readonly #owner = new AsyncLocalStorage()

  readonly now = (): number => performance.now()

  async advance(ms: number): Promise<void> {
    await sleep(ms)
  }

  as<T>(owner: unknown, work: () => T): T {
    return this.#owner.run(owner, work)
  }

  drop(): void {}
}
