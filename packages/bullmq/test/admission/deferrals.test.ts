import { describe, expect, it } from 'vitest'
import { Deferrals } from '../../src/admission/deferrals.ts'

const job = (key: string, firstAskedAt = 0) => ({ key, firstAskedAt, waitMs: 100, workMs: 50, starts: 0 })

/** Defers a job if it may be. */
function defer(deferrals: Deferrals, key: string, now: number, firstAskedAt = now): number | undefined {
  const asked = job(key, firstAskedAt)
  const delayMs = deferrals.delayFor(asked, now)
  if (delayMs !== undefined) deferrals.defer(key, firstAskedAt, { delayMs, workMs: asked.workMs }, now)
  return delayMs
}

describe('deferring', () => {
  it('lets jobs come back one after the other, in the order in which they were deferred', () => {
    const deferrals = new Deferrals({ totalMs: 60_000 })
    expect(['a', 'b', 'c'].map(key => defer(deferrals, key, 0))).toEqual([100, 150, 200])
  })

  it('adds up to the total of a job at most, from when it first asked', () => {
    const deferrals = new Deferrals({ totalMs: 1000 })
    let now = 0
    let times = 0
    for (let delayMs = defer(deferrals, 'a', now, 0); delayMs !== undefined; delayMs = defer(deferrals, 'a', now, 0)) {
      now += delayMs
      times++
    }
    expect(times).toBeGreaterThan(2)
    expect(now).toBeLessThanOrEqual(1000)
    // However long it waits in its queue afterwards.
    expect(defer(deferrals, 'a', 50_000, 0)).toBeUndefined()
  })

  it('remembers when a job asked first until it has run', () => {
    const deferrals = new Deferrals({ totalMs: 60_000 })
    defer(deferrals, 'a', 5)
    expect(deferrals.firstAskedAt('a')).toBe(5)
    deferrals.forget('a')
    expect(deferrals.firstAskedAt('a')).toBeUndefined()
  })

  it('defers no job that was started eight times without an attempt, by any process', () => {
    const deferrals = new Deferrals({ totalMs: 60_000 })
    expect(deferrals.delayFor({ ...job('a'), starts: 8 }, 0)).toBe(100)
    expect(deferrals.delayFor({ ...job('a'), starts: 9 }, 0)).toBeUndefined()
  })

  it('goes on where light jobs come through, and slows down where there are none', () => {
    const deferrals = new Deferrals({ totalMs: 600_000 })
    let deferred = 0
    for (let at = 0; at < 200; at++) if (defer(deferrals, `a${at}`, at) !== undefined) deferred++
    expect(deferred).toBeLessThan(35)
    for (let at = 0; at < 200; at++) {
      deferrals.lightPassed()
      if (defer(deferrals, `b${at}`, 200) !== undefined) deferred++
    }
    expect(deferred).toBeGreaterThan(200)
    // 5 per second.
    const before = deferred
    for (let at = 0; at < 1000; at++) if (defer(deferrals, `c${at}`, 200 + at * 10) !== undefined) deferred++
    expect(deferred - before).toBeLessThan(60)
  })

  it('leaves Redis alone for 30 s after a failure', () => {
    const deferrals = new Deferrals({ totalMs: 60_000 })
    deferrals.failed(0)
    expect([defer(deferrals, 'a', 29_999), defer(deferrals, 'a', 30_000)]).toEqual([undefined, 100])
  })

  it('remembers at most 10000 jobs, and then defers only those that it remembers', () => {
    const deferrals = new Deferrals({ totalMs: 60_000 })
    for (let at = 0; at < 10_000; at++) deferrals.defer(`a${at}`, 0, { delayMs: 1, workMs: 0 }, 0)
    for (let at = 0; at < 10_040; at++) deferrals.lightPassed()
    expect(deferrals.delayFor(job('new'), 0)).toBeUndefined()
    expect(deferrals.delayFor(job('a5'), 0)).toBe(100)
    deferrals.prune(600_001)
    expect(deferrals.delayFor(job('new', 600_001), 600_001)).toBe(100)
  })
})
