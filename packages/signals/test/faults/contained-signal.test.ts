import { addAbortListener, once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { containedSignal } from '@homeostat/signals'

const escaped: unknown[] = []
const onEscape = (error: unknown): void => void escaped.push(error)
let others: NodeJS.UncaughtExceptionListener[] = []

beforeEach(() => {
  escaped.length = 0
  others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException').on('uncaughtException', onEscape)
})
afterEach(() => {
  process.off('uncaughtException', onEscape)
  for (const other of others) process.on('uncaughtException', other)
})

function begin(): { abort: AbortController; signal: AbortSignal; reported: unknown[] } {
  const abort = new AbortController()
  const reported: unknown[] = []
  return { abort, reported, signal: containedSignal(abort.signal, error => reported.push(error)) }
}

it('reports what listeners throw or reject with, and calls the others', async () => {
  const { abort, signal, reported } = begin()
  const called: unknown[] = []
  signal.addEventListener('abort', () => {
    throw 'function'
  })
  signal.addEventListener('abort', {
    handleEvent() {
      throw 'object'
    },
  })
  signal.addEventListener('abort', (() => Promise.reject('rejection')) as () => void)
  Object.assign(signal, {
    onabort() {
      throw 'onabort'
    },
  })
  signal.addEventListener('abort', function (this: unknown, event) {
    called.push(this, event.type)
  })
  abort.abort('over')
  await delay(5)
  expect(escaped).toEqual([])
  expect(reported).toEqual(expect.arrayContaining(['function', 'object', 'rejection', 'onabort']))
  expect(reported).toHaveLength(4)
  expect(called).toEqual([signal, 'abort'])
  expect(signal.reason).toBe('over')
})

it('forgets a listener that is removed, and one that comes twice is called once', async () => {
  const { abort, signal, reported } = begin()
  const fails = (): never => {
    throw 'removed'
  }
  let calls = 0
  const counts = (): void => void calls++
  signal.addEventListener('abort', fails)
  signal.removeEventListener('abort', fails)
  Object.assign(signal, { onabort: fails })
  expect(signal.onabort).toBe(fails)
  Object.assign(signal, { onabort: null })
  signal.addEventListener('abort', counts, { once: true })
  signal.addEventListener('abort', counts, { once: true })
  abort.abort()
  await delay(5)
  expect({ reported, calls }).toEqual({ reported: [], calls: 1 })
})

it('is a signal that Node takes', async () => {
  const { abort, signal } = begin()
  let heard = 0
  addAbortListener(signal, () => void heard++)
  const waits = [
    delay(60_000, undefined, { signal }),
    once(process, 'never', { signal }),
    fetch('http://127.0.0.1:9', { signal: AbortSignal.any([signal]) }),
    fetch('data:,x', { signal: (abort.abort(), signal) }),
  ]
  const ends = await Promise.allSettled(waits)
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected'])
  expect(heard).toBe(1)
  expect(signal).toBeInstanceOf(AbortSignal)
})
