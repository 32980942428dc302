import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LoopHolds } from '../../src/index.ts'

/** A process in virtual time: it waits for events, or something holds its loop. */
describe('the time that the event loop was held', () => {
  let now: number
  let idleMs: number
  let holds: LoopHolds
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    now = 1_000
    idleMs = 0
    holds = new LoopHolds({ now: () => now, idleMs: () => idleMs })
  })
  afterEach(() => {
    holds[Symbol.dispose]()
    vi.useRealTimers()
  })

  const wait = (ms: number): void => {
    for (let left = ms; left > 0; left--) {
      now++
      idleMs++
      vi.advanceTimersByTime(1)
    }
  }
  /** Nothing runs meanwhile, also no timer. */
  const hold = (ms: number): void => void (now += ms)
  /** What the loop does first when it is free: timers that are due. */
  const turn = (): void => void vi.advanceTimersByTime(20)
  const start = (): number => (holds.started(now), now)

  it('2-51: is taken off when the answer is read right after it', () => {
    const startedAt = start()
    hold(260)
    expect(holds.duration(startedAt, now)).toBe(0)
    turn()
    expect(holds.duration(startedAt, now)).toBe(0)
  })

  it('is not taken off when the loop looked again and the answer was not there', () => {
    const startedAt = start()
    hold(260)
    turn()
    wait(5)
    expect(holds.duration(startedAt, now)).toBe(265)
  })

  it('is taken off from when it began: the time before is the operation itself', () => {
    const startedAt = start()
    wait(100)
    hold(260)
    turn()
    expect(holds.duration(startedAt, now)).toBe(100)
  })

  it('is one hold when several follow each other without a pause', () => {
    const startedAt = start()
    wait(100)
    for (let i = 0; i < 3; i++) {
      hold(260)
      turn()
    }
    expect(holds.duration(startedAt, now)).toBe(100)
    hold(260)
    expect(holds.duration(startedAt, now)).toBe(100)
  })

  it('changes nothing while the loop is free, however long the operation takes', () => {
    const startedAt = start()
    wait(4_000)
    expect(holds.duration(startedAt, now)).toBe(4_000)
  })

  it('stops looking some seconds after the last operation, and looks again with the next', () => {
    start()
    wait(5_100)
    expect(vi.getTimerCount()).toBe(0)
    const startedAt = start()
    expect(vi.getTimerCount()).toBe(1)
    hold(260)
    expect(holds.duration(startedAt, now)).toBe(0)
    holds[Symbol.dispose]()
    expect(vi.getTimerCount()).toBe(0)
  })
})
