import { getEventListeners } from 'node:events'
import { Registry } from '@homeostat/signals'
import { expect, test } from 'vitest'
import { Breakers } from '../../src/breaker/breakers.ts'

/** A signal as a library makes it: `AbortSignal.any()` does not take it. */
class ForeignSignal extends EventTarget {
  aborted = false
  reason: unknown

  abort(reason: unknown): void {
    this.aborted = true
    this.reason = reason
    this.dispatchEvent(new Event('abort'))
  }
}

const service = () =>
  new Breakers(new Registry({ scope: { name: 'test' } }), {}).guarded('http://a.test', { timeoutMs: 60_000 })

test('a signal of a library keeps no listener of a call that has ended, however it ended', async () => {
  const own = new ForeignSignal()
  const options = { signal: own as unknown as AbortSignal }
  const guarded = service()
  const calls: (() => unknown)[] = [
    () => 1,
    () => Promise.reject(new Error('mine')),
    () => {
      throw new Error('mine')
    },
  ]
  for (const call of calls) {
    let during = 0
    await guarded
      .execute(() => {
        during = getEventListeners(own, 'abort').length
        return call()
      }, options)
      .catch(() => undefined)
    expect([during, getEventListeners(own, 'abort').length]).toEqual([1, 0])
  }
})

test('a signal of a library aborts a call that goes on', async () => {
  const own = new ForeignSignal()
  const reason = new Error('enough')
  const ended = service().execute(
    ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      }),
    { signal: own as unknown as AbortSignal },
  )
  own.abort(reason)
  await expect(ended).rejects.toBe(reason)
  expect(getEventListeners(own, 'abort')).toEqual([])
})

test('a signal that does not let go of its listeners changes no result', async () => {
  const own = new ForeignSignal()
  Object.assign(own, { removeEventListener: undefined })
  expect(await service().execute(() => 42, { signal: own as unknown as AbortSignal })).toBe(42)
})
