import { setTimeout as sleep } from 'node:timers/promises'
import { attributes as a, metrics } from '@homeostat/semconv'
import { describe, expect, test } from 'vitest'
import { createBreakerKnob } from '../../src/breaker/breaker-knob.ts'
import { total } from '../client/measured.ts'
import { madeBreakers } from './made-breakers.ts'
import { remoteService } from './remote-service.ts'

const remote = remoteService()

describe('a guarded service', () => {
  test('hands through what the call returns and throws', async () => {
    const service = madeBreakers().breakers.guarded(remote.origin)
    expect(await remote.get(service)).toBe(200)
    expect(await service.execute(() => 42)).toBe(42)
    const error = new RangeError('mine')
    await expect(service.execute(() => Promise.reject(error))).rejects.toBe(error)
    await expect(
      service.execute(() => {
        throw error
      }),
    ).rejects.toBe(error)
  })

  test('refuses nothing while it is not enforced, and counts what it would refuse', async () => {
    const { breakers, registry } = madeBreakers()
    const service = breakers.guarded(remote.origin)
    remote.mode = 'fails'
    await remote.untilOpen(service)
    const before = remote.reached
    expect(await remote.get(service)).toBe(503)
    expect(remote.reached).toBe(before + 1)
    expect(total(registry, metrics.httpBreakerRefusals, { [a.trialArm]: 'shadow' })).toBeGreaterThan(0)
    expect(total(registry, metrics.httpBreakerRefusals, { [a.trialArm]: 'act' })).toBe(0)
  })

  test('refuses calls at once while the service fails, tests it after the declared time, and is back with it', async () => {
    const { breakers } = madeBreakers({ enforce: true })
    const service = breakers.guarded(remote.origin)
    remote.mode = 'fails'
    await remote.untilOpen(service)
    const openedAt = performance.now()
    const before = remote.reached
    await expect(remote.get(service)).rejects.toMatchObject({ code: 'HOMEOSTAT_BREAKER_OPEN' })
    expect(remote.reached).toBe(before)
    remote.mode = 'answers'
    await expect.poll(() => remote.get(service).catch(() => 0), { interval: 20, timeout: 5000 }).toBe(200)
    // It was open for up to a round of calls before that was noticed.
    expect(performance.now() - openedAt).toBeGreaterThanOrEqual(150)
    expect(service.state).toBe('closed')
    expect(await Promise.all(Array.from({ length: 20 }, () => remote.get(service)))).toEqual(
      Array.from({ length: 20 }, () => 200),
    )
  })

  test('counts the time of refusals that the next test of the service shows to be needless', async () => {
    const { breakers, registry } = madeBreakers({ enforce: true })
    const service = breakers.guarded(remote.origin)
    const needless = () => total(registry, metrics.httpBreakerNeedlessTime, {})
    remote.mode = 'fails'
    await remote.untilOpen(service)
    const before = remote.reached
    const isTested = () =>
      remote.get(service).then(
        () => remote.reached > before,
        () => remote.reached > before,
      )
    // The test fails: the calls until then were refused for good.
    await expect.poll(isTested, { interval: 20, timeout: 5000 }).toBe(true)
    expect(needless()).toBe(0)
    const atTest = performance.now()
    remote.mode = 'answers'
    await expect.poll(() => remote.get(service).catch(() => 0), { interval: 20, timeout: 5000 }).toBe(200)
    // Open for at least four fifths of the declared 300 ms; the first refusal may come a little after that began.
    expect(needless()).toBeGreaterThan(0.1)
    expect(needless()).toBeLessThanOrEqual((performance.now() - atTest) / 1000)
  })

  test('while one call tests a service that hangs, the others are refused at once', async () => {
    const { breakers } = madeBreakers({ enforce: true })
    const service = breakers.guarded(remote.origin, { timeoutMs: 200 })
    remote.mode = 'hangs'
    await remote.untilOpen(service)
    await sleep(320)
    const probe = remote.get(service)
    expect(service.state).toBe('half_open')
    const begin = performance.now()
    await expect(remote.get(service)).rejects.toMatchObject({ code: 'HOMEOSTAT_BREAKER_OPEN' })
    expect(performance.now() - begin).toBeLessThan(150)
    await expect(probe).rejects.toMatchObject({ code: 'HOMEOSTAT_GUARDED_TIMEOUT' })
    expect(service.state).toBe('open')
  })

  test('opens for a service that hangs though the calls have no time limit', async () => {
    const { breakers } = madeBreakers({ enforce: true })
    const service = breakers.guarded(remote.origin)
    for (let at = 0; at < 60; at++) await remote.get(service)
    remote.mode = 'hangs'
    const calls: Promise<number>[] = []
    for (let at = 0; at < 20; at++) {
      calls.push(remote.get(service).catch(() => 0))
      await sleep(40)
    }
    await expect.poll(() => service.state, { timeout: 5000 }).toBe('open')
    await expect(remote.get(service)).rejects.toMatchObject({ code: 'HOMEOSTAT_BREAKER_OPEN' })
    await remote.stop()
    await Promise.all(calls)
  })

  test('a caller that gives up says nothing about the service', async () => {
    const { breakers, registry } = madeBreakers({ enforce: true })
    const service = breakers.guarded(remote.origin)
    remote.mode = 'hangs'
    for (let at = 0; at < 30; at++)
      await expect(
        service.execute(({ signal }) => fetch(remote.origin, { signal }), { signal: AbortSignal.timeout(50) }),
      ).rejects.toThrow()
    expect(service.state).toBe('closed')
    expect(total(registry, metrics.httpGuardedCalls, { [a.httpCallResult]: 'aborted' })).toBe(30)
  })

  test('opens for nothing while the own event loop is blocked', async () => {
    const { breakers } = madeBreakers({ enforce: true })
    const service = breakers.guarded(remote.origin)
    for (let at = 0; at < 60; at++) await remote.get(service)
    for (let round = 0; round < 3; round++) {
      const calls = Array.from({ length: 20 }, () => remote.get(service))
      // They are on their way.
      await sleep(5)
      const end = performance.now() + 1500
      while (performance.now() < end);
      expect(await Promise.all(calls)).toEqual(Array.from({ length: 20 }, () => 200))
    }
    expect(service.state).toBe('closed')
  })

  test('the application decides what is a failure, and may be wrong', async () => {
    const { breakers } = madeBreakers({ enforce: true })
    const service = breakers.guarded(remote.origin, { isFailure: answer => (answer as Response).status === 200 })
    await remote.untilOpen(service)
    const faulty = madeBreakers({ enforce: true }).breakers.guarded(remote.origin, {
      isFailure: () => {
        throw new Error('mine')
      },
    })
    expect(await remote.get(faulty)).toBe(200)
  })
})

test('each service has the options that it was asked for with, and shares the breaker', async () => {
  const { breakers } = madeBreakers({ enforce: true })
  const plain = breakers.guarded(remote.origin)
  const limited = breakers.guarded(remote.origin, { timeoutMs: 50 })
  expect(breakers.guarded(remote.origin, { timeoutMs: 50 })).toBe(limited)
  remote.mode = 'hangs'
  await expect(remote.get(limited)).rejects.toMatchObject({ code: 'HOMEOSTAT_GUARDED_TIMEOUT' })
  remote.mode = 'fails'
  await remote.untilOpen(limited)
  expect(plain.state).toBe('open')
  await expect(remote.get(plain)).rejects.toMatchObject({ code: 'HOMEOSTAT_BREAKER_OPEN' })
})

test('the knob lets open breakers refuse, and says when no call is guarded', () => {
  const { breakers } = madeBreakers()
  const knob = createBreakerKnob(breakers)
  expect(knob.unready?.()).toMatch(/h\.http\.guarded/)
  const service = breakers.guarded('https://api.example.com')
  expect(knob.unready?.()).toBeUndefined()
  expect(knob.compareAndSet(0, 1)).toBe(true)
  expect([knob.read(), service.isEnforced]).toEqual([1, true])
  expect(knob.compareAndSet(0, 1)).toBe(false)
})
