import { LRUCache } from 'lru-cache'
import { CacheInstrumentation, type CacheInstrumentationConfig } from '../../src/index.ts'

/** An instrumentation that is on and lets every lru-cache be resized, for `using`. */
export function resizing(config: CacheInstrumentationConfig = {}) {
  const instrumentation = new CacheInstrumentation({ resizable: () => true, ...config })
  instrumentation.enable()
  return Object.assign(instrumentation, { [Symbol.dispose]: () => instrumentation.disable() })
}

/** A cache with the keys 0 to max - 1, the least recently used first. */
export function fullCache(max: number, options: Partial<LRUCache.OptionsMaxLimit<number, string, unknown>> = {}) {
  const cache = new LRUCache<number, string>({ max, ...options })
  for (let key = 0; key < max; key++) cache.set(key, `value ${key}`)
  return cache
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}

export function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

/** Does something every turn of the event loop until the promise is settled. */
export async function whileUnsettled(promise: Promise<unknown>, work: () => void): Promise<void> {
  const state = { isSettled: false }
  void promise.finally(() => (state.isSettled = true))
  while (!state.isSettled) {
    work()
    await nextTurn()
  }
}
