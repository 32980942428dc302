import { createHook } from 'node:async_hooks'
import { setImmediate as turn } from 'node:timers/promises'

export interface LiveTimers extends Disposable {
  /** Runs `work` and counts the timers it starts, unref'd ones included. */
  during<T>(work: () => T): T
  /** How many of those still run, after the event loop has had the time to end them. */
  count(): Promise<number>
}

/** Watches timers, which `process.getActiveResourcesInfo()` does not list once they are unref'd. */
export function watchTimers(): LiveTimers {
  const live = new Set<number>()
  let watching = false
  const hook = createHook({
    init: (id, type) => void (watching && type === 'Timeout' && live.add(id)),
    destroy: id => void live.delete(id),
  }).enable()
  return {
    during(work) {
      watching = true
      try {
        return work()
      } finally {
        watching = false
      }
    },
    async count() {
      for (let i = 0; i < 5; i++) await turn()
      return live.size
    },
    [Symbol.dispose]: () => void hook.disable(),
  }
}
