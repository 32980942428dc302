import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KillSwitch } from '@homeostat/optimizer'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { HomeostatOptions } from '../../src/index.ts'
import { homeostat } from '../../src/index.ts'
import { Reporter } from '../../src/report/reporter.ts'
import { Rhythm } from '../../src/lifecycle/rhythm.ts'
import { processAction } from '../process-action.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homeostat-half-'))
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** Timers, file watchers and other handles, listeners of signals, and instances that announced themselves. */
function held(): object {
  const shared = globalThis as unknown as Record<symbol, Set<unknown> | undefined>
  return {
    timers: vi.getTimerCount(),
    // Timers of the test's own waiting are no fake ones.
    handles: process
      .getActiveResourcesInfo()
      .filter(name => name !== 'Timeout')
      .toSorted(),
    listeners: process.listenerCount('SIGUSR2'),
    exits: process.listenerCount('beforeExit'),
    running: shared[Symbol.for('homeostat.running')]?.size ?? 0,
  }
}

it.each([
  ['a source of the kill switch', KillSwitch, 'add'],
  ['the reporter', Reporter, 'follow'],
  ['the rhythm', Rhythm, 'start'],
] as const)('a fallback leaves nothing of an instance whose construction failed at %s', async (_, part, method) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  const ruleFile = join(folder, 'rules.yml')
  writeFileSync(ruleFile, 'groups: []')
  const options: HomeostatOptions = {
    mode: 'act',
    environment: {},
    log: false,
    killFile: join(folder, 'stop'),
    killSignal: 'SIGUSR2',
    ruleFiles: [ruleFile],
    actions: [processAction('fan.on')],
  }
  const before = held()
  // What an instance that is whole holds, and what is left of one after stop().
  const whole = homeostat(options)
  expect(held()).not.toEqual(before)
  await whole.stop()
  await vi.waitFor(() => expect(held()).toEqual(before))

  vi.spyOn(part.prototype as never as Record<string, () => void>, method).mockImplementationOnce(() => {
    throw new Error('canary')
  })
  const h = homeostat(options)
  expect(vi.mocked(process.emitWarning).mock.calls.map(([text]) => String(text))).toContainEqual(
    expect.stringContaining('a live object of the options failed when it was used (Error)'),
  )
  await h.stop()
  await vi.waitFor(() => expect(held()).toEqual(before))
})
