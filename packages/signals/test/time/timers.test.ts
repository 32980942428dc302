import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { after, delayOf, every, intervalOf, LONGEST_DELAY_MS, sleep, timeoutSignal, Turns } from '../../src/index.ts'
import { recordDiag } from '../recorded-diag.ts'

/** Values that Node's timers turn into 1 ms, and some that make them throw. */
const UNUSABLE = [Number.NaN, 0, -1, -1e9, Infinity, -Infinity, 2 ** 31, 1e12, Number.MAX_VALUE]

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('2-07: a delay', () => {
  it('is always one that Node keeps', () => {
    for (const ms of [...UNUSABLE, 1500.5, 0.1, '20', undefined, null, 5n, {}]) {
      const delay = delayOf(ms)
      expect(Number.isInteger(delay) && delay >= 0 && delay <= LONGEST_DELAY_MS).toBe(true)
    }
    expect([1500.5, 2 ** 31, -5, Number.NaN].map(delayOf)).toEqual([1501, LONGEST_DELAY_MS, 0, 60_000])
  })

  it.each(UNUSABLE)('of %s makes no repeated timer that floods', async ms => {
    const work = vi.fn<() => void>()
    const timer = every(ms, work)
    await vi.advanceTimersByTimeAsync(1000)
    timer[Symbol.dispose]()
    expect(work).not.toHaveBeenCalled()
  })

  it.each(UNUSABLE)('of %s makes a timeout signal without a throw', ms => {
    expect(() => timeoutSignal(ms)).not.toThrow()
  })

  it('of an option is replaced by its default, with one line', () => {
    const { lines } = recordDiag()
    expect(intervalOf('pollIntervalMs', undefined, 5000)).toBe(5000)
    expect(intervalOf('pollIntervalMs', 20.5, 5000)).toBe(21)
    expect(lines).toEqual([])
    for (const ms of UNUSABLE) expect(intervalOf('pollIntervalMs', ms, 5000)).toBe(5000)
    expect(lines).toHaveLength(UNUSABLE.length)
    expect(lines[0]).toBe(
      'warn homeostat: pollIntervalMs is NaN; expected milliseconds from 1 to 2147483647; 5000 is used',
    )
    expect(intervalOf('limitMs', 3, 10_000, 100)).toBe(100)
  })
})

describe('a timer', () => {
  it('goes on after work that throws, rejects, or has a then that throws', async () => {
    const errors: unknown[] = []
    const outcomes: (() => unknown)[] = [
      () => {
        throw new Error('1')
      },
      () => Promise.reject(new Error('2')),
      () => ({
        // oxlint-disable-next-line unicorn/no-thenable
        get then() {
          throw new Error('3')
        },
      }),
      () => undefined,
    ]
    let calls = 0
    const timer = every(
      10,
      () => outcomes[calls++ % 4]!(),
      error => errors.push(error),
    )
    await vi.advanceTimersByTimeAsync(80)
    timer[Symbol.dispose]()
    expect(calls).toBe(8)
    expect(errors.map(error => (error as Error).message)).toEqual(['1', '2', '3', '1', '2', '3'])
  })

  it('survives a report that throws', async () => {
    const timer = after(
      1,
      () => {
        throw new Error('work')
      },
      {
        report: () => {
          throw new Error('report')
        },
      },
    )
    await vi.advanceTimersByTimeAsync(5)
    timer[Symbol.dispose]()
  })

  it('skips calls while the work of one is pending', async () => {
    let end = (): void => undefined
    const work = vi.fn<() => Promise<void>>(() => new Promise(resolve => (end = resolve)))
    const timer = every(10, work)
    await vi.advanceTimersByTimeAsync(100)
    expect(work).toHaveBeenCalledTimes(1)
    end()
    await vi.advanceTimersByTimeAsync(10)
    expect(work).toHaveBeenCalledTimes(2)
    timer[Symbol.dispose]()
  })

  it('keeps no process alive unless asked to', () => {
    vi.useRealTimers()
    const hasRef = (): boolean[] => process.getActiveResourcesInfo().flatMap(name => (name === 'Timeout' ? [true] : []))
    const before = hasRef().length
    const timers = [every(1e6, () => {}), after(1e6, () => {})]
    expect(hasRef()).toHaveLength(before)
    const holding = after(1e6, () => {}, { holdsProcess: true })
    expect(hasRef()).toHaveLength(before + 1)
    for (const timer of [...timers, holding]) timer[Symbol.dispose]()
  })
})

describe('a sleep', () => {
  it('ends with its time, or with the reason of its signal, and leaves no timer', async () => {
    const abort = new AbortController()
    const slept = sleep(10)
    const aborted = sleep(10, { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    await expect(sleep(10, { signal: abort.signal })).rejects.toThrow('enough')
    await vi.advanceTimersByTimeAsync(10)
    await slept
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('turns', () => {
  it('come one after the other for a key, also after a failure, and side by side for others', async () => {
    const turns = new Turns()
    const order: string[] = []
    const failing = turns.take('a', async () => {
      await sleep(20)
      order.push('a1')
      throw new Error('a1')
    })
    const second = turns.take('a', () => void order.push('a2'))
    const other = turns.take('b', () => void order.push('b1'))
    void failing.catch(() => undefined)
    await vi.advanceTimersByTimeAsync(20)
    await Promise.all([second, other])
    await expect(failing).rejects.toThrow('a1')
    expect(order).toEqual(['b1', 'a1', 'a2'])
  })
})
