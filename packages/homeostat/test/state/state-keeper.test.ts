import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { StateStore } from '@homeostat/optimizer'
import { createFileStateStore } from '@homeostat/optimizer/engines'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { KEY, Life, machine, savedAt, Server, type Machine } from '../life.ts'

const DAY_MS = 86_400_000

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
  await store.write(KEY, `{"version":1,"savedAt":${Number.MAX_SAFE_INTEGER},"state":{"cpu":"forged"}}`)
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
  expect(await store.read(KEY)).toBeUndefined()
  await vi.advanceTimersByTimeAsync(1_000)
  await expect.poll(() => store.read(KEY)).toContain('after a minute')
  await first.state.stop()
  expect(vi.getTimerCount()).toBe(0)
})

test('nothing is written while there is nothing to keep', async () => {
  const life = await Life.started(on)
  await life.learns(undefined)
  expect(await store.read(KEY)).toBeUndefined()
})

test('only what has changed is written, and once a month what has not', async () => {
  const life = await Life.started(on)
  await life.learns({ cpu: 1 })
  const written = await store.read(KEY)
  on.now += DAY_MS
  await life.learns({ cpu: 1 })
  expect(await store.read(KEY)).toBe(written)
  on.now += 30 * DAY_MS
  await life.learns({ cpu: 1 })
  expect(await store.read(KEY)).toContain(`["cpu",${on.now},`)
  await life.learns({ cpu: 2 })
  expect(await savedAt(store)).toEqual({ cpu: 2 })
})

const stamped = (stamp: string, state: string): string =>
  `{"version":1,"savedAt":1,"entries":[${stamp}],"state":{\n${state}`
test.each([
  '',
  'null',
  '[]',
  '{"version":1,"savedAt":1,"st',
  '{"version":2,"savedAt":1,"state":{}}',
  '{"state":{}}',
  `{"version":1,"savedAt":${Date.now()},"state":{"cpu":null}}`,
  stamped('["cpu",1,"",1]', '"cpu":{"half":'),
  stamped('["cpu",1,"",2]', '"cpu":7\n}}'),
  stamped('["cpu",1,"",2]', '"cpu":[\n7\n]\n}}'),
  stamped('["cpu",1.5,"",1]', '"cpu":7\n}}'),
  stamped('["gpu",1,"",1]', '"cpu":7\n}}'),
  '\u0000',
])('what is damaged or foreign is left out, reported once, and there until something is saved: %j', async text => {
  await store.write(KEY, text)
  const life = await Life.started(on)
  await life.state.look()
  expect(life.learned).toBeUndefined()
  expect(life.errors).toMatchObject([{ code: 'HOMEOSTAT_FOREIGN_STATE' }])
  await life.state.save()
  expect(await store.read(KEY)).toBe(text)

  await life.learns('anew')
  expect((await Life.started(on)).learned).toBe('anew')
  expect(life.errors).toHaveLength(1)
})

test('a text of an earlier release is read, and an earlier release reads ours', async () => {
  await store.write(KEY, `{"version":1,"savedAt":${on.now - 1000},"state":{"cpu":"days of work"}}`)
  const life = await Life.started(on)
  expect([life.learned, life.errors]).toEqual(['days of work', []])
  await life.learns('more work')
  const entries = [['cpu', on.now, expect.any(String), 1]]
  expect(JSON.parse((await store.read(KEY))!)).toEqual({
    version: 1,
    savedAt: on.now,
    entries,
    state: { cpu: 'more work' },
  })
  expect((await Life.started(on)).learned).toBe('more work')
})

test('a state that cannot be saved or restored is reported and breaks nothing', async () => {
  const life = await Life.started(on)
  await life.learns({
    get cpu() {
      throw new Error('not today')
    },
  })
  await life.learns('x'.repeat(1_000_001))
  expect(life.errors).toMatchObject([{ message: 'not today' }, { code: 'HOMEOSTAT_STATE_LEFT_OUT' }])
  await life.learns('better')
  expect((await Life.started(on)).learned).toBe('better')
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
