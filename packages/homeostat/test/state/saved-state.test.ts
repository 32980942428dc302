import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { StateStore } from '@homeostat/optimizer'
import { createFileStateStore } from '@homeostat/optimizer/engines'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Life, machine, Server, type Machine } from '../life.ts'

const DAY_MS = 86_400_000
const forever = async <T>(): Promise<T> => new Promise<T>(() => {})

let on: Machine
let store: StateStore

beforeEach(async () => {
  on = await machine()
  store = createFileStateStore({ folder: on.folder })
})
afterEach(() => vi.useRealTimers())

test('what one process has learned, the next one knows', async () => {
  const first = await Life.started(on)
  first.learned = { cpu: [1, 2.5] }
  await first.state.stop()

  const next = await Life.started(on)
  expect(next.learned).toEqual({ cpu: [1, 2.5] })
  expect([...first.errors, ...next.errors]).toEqual([])
  await next.state.stop()
})

test('2-26: what was saved far in the future does not outlast what is learned after it', async () => {
  await store.write('forecasts', `{"version":1,"savedAt":${Number.MAX_SAFE_INTEGER},"state":"forged"}`)
  const first = await Life.started(on)
  await first.learns('true')
  await first.state.stop()
  on.now += DAY_MS

  const next = await Life.started(on)
  expect([next.learned, next.errors]).toEqual(['true', []])
  await next.state.stop()
})

test('it is saved every five minutes, also without an end', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const first = await Life.started(on)
  first.learned = 'after a minute'
  await vi.advanceTimersByTimeAsync(299_000)
  expect(await store.read('forecasts')).toBeUndefined()
  await vi.advanceTimersByTimeAsync(1_000)
  await expect.poll(() => store.read('forecasts')).toContain('after a minute')
  await first.state.stop()
  expect(vi.getTimerCount()).toBe(0)
})

test('nothing is written while there is nothing to keep', async () => {
  const life = await Life.started(on)
  await life.learns(undefined)
  expect(await store.read('forecasts')).toBeUndefined()
})

test('only what has changed is written, and once a month what has not', async () => {
  const life = await Life.started(on)
  await life.learns({ cpu: 1 })
  const written = await store.read('forecasts')
  on.now += DAY_MS
  await life.learns({ cpu: 1 })
  expect(await store.read('forecasts')).toBe(written)
  on.now += 30 * DAY_MS
  await life.learns({ cpu: 1 })
  expect(JSON.parse((await store.read('forecasts'))!)).toEqual({ version: 1, savedAt: on.now, state: { cpu: 1 } })
  await life.learns({ cpu: 2 })
  expect(await store.read('forecasts')).toContain('"cpu":2')
})

test.each([
  '',
  'null',
  '[]',
  '{"version":1,"savedAt":1,"st',
  '{"version":2,"savedAt":1,"state":{}}',
  '{"state":{}}',
  '\u0000',
])('what is damaged or foreign is left out, reported once, and there until something is saved: %j', async text => {
  await store.write('forecasts', text)
  const life = await Life.started(on)
  await life.state.look()
  expect(life.learned).toBeUndefined()
  expect(life.errors).toMatchObject([{ code: 'HOMEOSTAT_FOREIGN_STATE' }])
  await life.state.save()
  expect(await store.read('forecasts')).toBe(text)

  await life.learns('anew')
  expect((await Life.started(on)).learned).toBe('anew')
  expect(life.errors).toHaveLength(1)
})

test('a state that cannot be saved or restored is reported and breaks nothing', async () => {
  const life = await Life.started(on)
  await life.learns({
    get cpu() {
      throw new Error('not today')
    },
  })
  await life.learns('x'.repeat(1_000_001))
  expect(life.errors).toMatchObject([{ message: 'not today' }, { code: 'HOMEOSTAT_STATE_TOO_LARGE' }])
  await life.learns('better')
  expect((await Life.started(on)).learned).toBe('better')
})

test('the first tick does not wait for a store that hangs, and the end is not kept by it', async () => {
  const hangs = { name: 'hangs', read: forever<string>, write: forever<void>, [Symbol.asyncDispose]: async () => {} }
  const life = new Life(on, [], hangs)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const started = life.state.start()
  await vi.advanceTimersByTimeAsync(2_000)
  await started
  const ended = life.state.stop()
  await vi.advanceTimersByTimeAsync(9_999)
  await ended
  const messages = [
    'reading the forecasts did not end within 2000 ms',
    'saving the forecasts did not end within 9000 ms',
  ]
  expect(life.errors.map(String)).toEqual(messages.map(message => expect.stringContaining(message) as unknown))
})

test('the state that was saved last by either of two processes is read next, whatever their clocks show', async () => {
  const server = new Server(on, 'redis', 'cache')
  const ahead = await Life.started({ ...on, now: on.now + DAY_MS }, server)
  const behind = await Life.started(on, server)
  await ahead.learns('earlier')
  await behind.learns('later')
  expect((await Life.started(on, server)).learned).toBe('later')
  // One that has read what the fast clock stamped, and saves elsewhere, is newer than it.
  await ahead.learns('earlier again')
  const after = await Life.started(on, server)
  server.isAway = true
  await after.learns('newest')
  server.isAway = false
  expect((await Life.started(on, server)).learned).toBe('newest')
})

test(
  'a process that is killed while it saves loses what it learned since, and nothing else',
  { timeout: 60_000 },
  async () => {
    const program = new URL('../fixtures/learns-until-killed.ts', import.meta.url).pathname
    let known = 0
    for (let life = 0; life < 3; life++) {
      const child = spawn(process.execPath, [program, on.folder], { stdio: ['ignore', 'pipe', 'inherit'] })
      for await (const line of createInterface(child.stdout)) {
        known = Number(line)
        // In the middle of a later save, somewhere.
        if (known % 20 === 0) child.kill('SIGKILL')
      }
      if (child.signalCode === null) await once(child, 'exit')
      expect(child.signalCode).toBe('SIGKILL')
      const next = await Life.started(on)
      expect(next.errors).toEqual([])
      const { count, ballast } = next.learned as { count: number; ballast: string }
      expect(count).toBeGreaterThanOrEqual(known)
      expect(ballast).toHaveLength(500_000)
    }
    expect(known).toBeGreaterThanOrEqual(60)
  },
)
