import { CircuitState } from 'cockatiel'
import { expect, test } from 'vitest'
import { createRandom } from '@homeostat/signals/random'
import { openTime } from '../../src/breaker/open-time.ts'
import { OutageBreaker } from '../../src/breaker/outage-breaker.ts'
import { UsualDuration } from '../../src/breaker/usual-duration.ts'

const CLOSED = CircuitState.Closed

test('it opens a second after the last success, and not for a short burst', () => {
  let now = 0
  const breaker = new OutageBreaker(() => now)
  for (let at = 0; at < 200; at++) breaker.success(CLOSED)
  for (let at = 0; at < 50; at++) {
    now += 10
    expect(breaker.failure(CLOSED)).toBe(false)
  }
  breaker.success(CLOSED)
  const opened = Array.from({ length: 11 }, () => {
    now += 100
    return breaker.failure(CLOSED)
  })
  expect(opened.indexOf(true)).toBe(9)
})

test('results that a blocked event loop delivers together do not count as an outage', () => {
  let now = 0
  const breaker = new OutageBreaker(() => now)
  for (let at = 0; at < 1000; at++) breaker.success(CLOSED)
  now += 3000
  for (let at = 0; at < 200; at++) expect(breaker.failure(CLOSED)).toBe(false)
})

test('it opens for half of the calls, but not for the first ones of a process', () => {
  let now = 0
  const breaker = new OutageBreaker(() => now)
  for (let at = 0; at < 200; at++) {
    now += 9
    expect(breaker.failure(CLOSED)).toBe(false)
    if (at % 3 === 0) breaker.success(CLOSED)
  }
  now += 500
  expect(breaker.failure(CLOSED)).toBe(true)
})

test('a circuit is open for the declared time at most, and not always equally long', () => {
  const times = Array.from({ length: 100 }, () => openTime(1000).next({ attempt: 1 } as never).duration)
  expect(Math.max(...times)).toBeLessThanOrEqual(1000)
  expect(Math.min(...times)).toBeGreaterThanOrEqual(800)
  expect(new Set(times).size).toBeGreaterThan(50)
})

test('it does not open for a healthy, noisy service: 10^5 calls, a tenth of which fail', () => {
  let now = 0
  const random = createRandom(7)
  const breaker = new OutageBreaker(() => now)
  let opened = 0
  for (let call = 0; call < 100_000; call++) {
    now += 10
    if (random() < 0.1) opened += breaker.failure(CLOSED) ? 1 : 0
    else breaker.success(CLOSED)
  }
  expect(opened).toBe(0)
})

test('the usual duration is the 99th percentile to within a fifth, and follows a change', () => {
  const usual = new UsualDuration()
  for (let at = 0; at < 49; at++) usual.record(10)
  expect(usual.p99).toBeUndefined()
  for (let at = 0; at < 2000; at++) usual.record(at % 50 === 0 ? 200 : 10)
  expect(usual.p99).toBeGreaterThan(160)
  expect(usual.p99).toBeLessThan(250)
  for (let at = 0; at < 20_000; at++) usual.record(20)
  expect(usual.p99).toBeLessThan(26)
})
