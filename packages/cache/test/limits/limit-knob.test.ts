import { expect, test } from 'vitest'
import { knobAction, Knobs } from '@homeostat/optimizer'
import { cache as cacheDomain, type CacheOptions } from '../../src/domain.ts'
import { fullCache } from './fixtures.ts'

function start(options: CacheOptions) {
  const { instrumentation, knobs } = cacheDomain(options)
  instrumentation.enable()
  const [knob] = knobs
  return { instrumentation, knob: knob!, [Symbol.dispose]: () => instrumentation.disable() }
}

const firing = { alert: 'MemoryPressure', labels: {}, annotations: {}, value: 0.9, since: 0 }

test('cache.limit shrinks caches to 0.7 with a receipt of it, and the undo lets them fill up again', async () => {
  using started = start({ resizable: () => true })
  const cache = fullCache(1000)
  const knobs = new Knobs({ knobs: [started.knob], service: 'test', clock: Date.now })
  try {
    const { signal } = new AbortController()
    const options = started.knob.actions!['cache.resize']!
    const receipt = await knobAction(started.knob, knobs).run({ firing, options, now: Date.now(), signal, sliceMs: 5 })
    expect(receipt).toMatchObject({
      summary: 'set cache.limit from 1 to 0.7',
      effects: { from: 1, to: 0.7, changed: 1 },
    })
    expect(cache.size).toBe(700)
    expect(await receipt.undo?.({ now: Date.now(), signal })).toEqual({ result: 'restored' })
    for (let key = 1000; key < 2000; key++) cache.set(key, 'value')
    expect(cache.size).toBe(1000)
  } finally {
    await knobs.close()
  }
})

test('without a resizable cache the action is refused, and the refusal says how to allow one', () => {
  using started = start({})
  fullCache(10)
  const knobs = new Knobs({ knobs: [started.knob], service: 'test', clock: Date.now })
  expect(knobAction(started.knob, knobs).unready?.(firing)).toBe(
    'no observed cache may be resized: name lru-caches in the option resizable, register others with limit and evict',
  )
})

test('a cache that takes long is shrunk in the background after the knob has answered', async () => {
  using started = start({ resizable: () => true, sliceMs: 0 })
  const cache = fullCache(2000, { dispose: () => waste(1) })
  expect(await started.knob.compareAndSet(1, 0.5)).toBe(true)
  const then = cache.size
  expect(then).toBeGreaterThan(1000)
  expect(started.knob.read()).toBe(0.5)
  await expect.poll(() => cache.size, { timeout: 20_000 }).toBe(1000)
}, 30_000)

function waste(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}
