import { expect, test, vi } from 'vitest'
import type { CacheInstrumentation, RegisteredCache } from '../../src/index.ts'
import { nextTurn, range, resizing } from './fixtures.ts'

/** The application's own cache: a map, the oldest entry first. */
class Sessions {
  readonly map = new Map<number, string>()
  readonly registered: RegisteredCache

  constructor(instrumentation: CacheInstrumentation, limit: number) {
    this.registered = instrumentation.register('sessions', {
      size: () => this.map.size,
      limit,
      evict: () => this.evict(),
    })
  }

  evict(): void {
    const [oldest] = this.map.keys()
    if (oldest !== undefined) this.map.delete(oldest)
  }

  add(from: number, to: number): void {
    for (const key of range(from, to)) {
      while (this.map.size >= this.registered.limit) this.evict()
      this.map.set(key, 'session')
    }
  }
}

test('a registered cache is made smaller through its own function, and asks for its limit after that', async () => {
  using instrumentation = resizing()
  const sessions = new Sessions(instrumentation, 100)
  sessions.add(0, 120)
  expect([sessions.map.size, sessions.registered.limit]).toEqual([100, 100])

  expect(await instrumentation.limits.set(0.7)).toMatchObject({ entries: 30 })
  expect([...sessions.map.keys()]).toEqual(range(50, 120))
  sessions.add(120, 130)
  expect([sessions.map.size, sessions.registered.limit]).toEqual([70, 70])

  await instrumentation.limits.set(1)
  expect(sessions.registered.limit).toBe(100)
})

test('one registered while the share is lower has it from the beginning, and its own limit again once it is disposed', async () => {
  using instrumentation = resizing()
  await instrumentation.limits.set(0.7)
  const { registered } = new Sessions(instrumentation, 100)
  expect(registered.limit).toBe(70)
  registered[Symbol.dispose]()
  expect(registered.limit).toBe(100)
})

test('one that does not ask for its limit is made smaller once a second', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    using instrumentation = resizing()
    const sessions = new Sessions(instrumentation, 100)
    await instrumentation.limits.set(0.7)
    for (const key of range(0, 100)) sessions.map.set(key, 'session')
    expect(sessions.map.size).toBe(100)
    vi.advanceTimersByTime(1000)
    await nextTurn()
    expect(sessions.map.size).toBe(70)
  } finally {
    vi.useRealTimers()
  }
})

test('one that only has a size, or evicts nothing when asked, stays as it is', async () => {
  using instrumentation = resizing()
  const measured = instrumentation.register('measured', { size: () => 10 })
  expect(instrumentation.limits.unready).toBeDefined()
  instrumentation.register('pinned', { size: () => 10, limit: 10, evict: () => {} })
  expect(instrumentation.limits.unready).toBeUndefined()
  expect(await instrumentation.limits.set(0.7)).toMatchObject({ entries: 0 })
  expect(measured.limit).toBe(Infinity)
})
