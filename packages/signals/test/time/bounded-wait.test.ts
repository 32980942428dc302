import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { untilAborted, within } from '../../src/index.ts'

const late = (): Error => new Error('late')
const never = (): Promise<never> => new Promise(() => undefined)
const unhandled = vi.fn<(error: unknown) => void>()

/** Work of somebody else, and how it ends. */
const WORK: readonly [string, () => unknown, 'fails' | 'never' | number][] = [
  ['a value', () => 1, 1],
  ['a promise', async () => 2, 2],
  ['a rejection', () => Promise.reject(new Error('no')), 'fails'],
  [
    'a throw',
    () => {
      throw Object.create(null)
    },
    'fails',
  ],
  ['a promise that never settles', never, 'never'],
  /* oxlint-disable unicorn/no-thenable */
  ['a then that is never answered', () => ({ then: () => undefined }), 'never'],
  [
    'a then that throws',
    () => ({
      then() {
        throw new Error('then')
      },
    }),
    'fails',
  ],
  [
    'a then getter that throws',
    () => ({
      get then() {
        throw new Error('getter')
      },
    }),
    'fails',
  ],
  [
    'a then that answers twice and throws after it',
    () => ({
      then(resolve: (value: number) => void, reject: (error: unknown) => void) {
        resolve(3)
        reject(new Error('twice'))
        resolve(4)
        throw new Error('after')
      },
    }),
    3,
  ],
  /* oxlint-enable unicorn/no-thenable */
]

beforeEach(() => {
  vi.useFakeTimers()
  process.on('unhandledRejection', unhandled)
})

afterEach(() => {
  vi.useRealTimers()
  process.off('unhandledRejection', unhandled)
})

it.each(WORK)('2-02: %s ends within its time, in containment', async (_, work, ends) => {
  for (const wait of [
    () => within(100, work, late),
    () => {
      const abort = new AbortController()
      setTimeout(() => abort.abort(late()), 50)
      return untilAborted(work, abort.signal, { graceMs: 50 })
    },
  ]) {
    const outcome = wait().then(
      value => value,
      (error: unknown) => (error instanceof Error && error.message === 'late' ? 'never' : 'fails'),
    )
    await vi.advanceTimersByTimeAsync(100)
    expect(await outcome).toBe(ends)
  }
  await vi.runAllTimersAsync()
  expect(vi.getTimerCount()).toBe(0)
  expect(unhandled).not.toHaveBeenCalled()
})

it('a failure that comes too late is not an unhandled rejection', async () => {
  let fail = (_: Error): void => undefined
  const outcome = within(10, () => new Promise((_, reject) => (fail = reject)), late)
  const ended = expect(outcome).rejects.toThrow('late')
  await vi.advanceTimersByTimeAsync(10)
  await ended
  fail(new Error('too late'))
  await vi.runAllTimersAsync()
  expect(unhandled).not.toHaveBeenCalled()
})

it('an aborted signal does not begin the work', async () => {
  const work = vi.fn<() => number>(() => 1)
  await expect(untilAborted(work, AbortSignal.abort(late()))).rejects.toThrow('late')
  expect(work).not.toHaveBeenCalled()
})
