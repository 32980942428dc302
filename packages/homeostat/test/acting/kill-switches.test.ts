import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import type { Action, HomeostatOptions } from '../../src/index.ts'
import { Homeostat, homeostat } from '../../src/index.ts'

let h: Homeostat | undefined

afterEach(async () => {
  await h?.stop()
  h = undefined
  vi.restoreAllMocks()
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'homeostat-kill-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const fan: Action = {
  name: 'fan.on',
  scope: 'process',
  touches: ['fan'],
  raises: [],
  lowers: [],
  risk: 0,
  run: async () => ({ summary: 'on', effects: { fans: 1 } }),
}
const acting: HomeostatOptions = {
  mode: 'act',
  rules: [{ alert: 'Always', expr: 'vector(1)' }],
  responses: [{ to: { alert: 'Always' }, action: 'fan.on', priority: 'safety', cooldownMs: 0 }],
  actions: [fan],
}

const start = (options: HomeostatOptions): Homeostat =>
  (h = homeostat({ autoStart: false, warmUpMs: 0, environment: {}, stateDir: folder(), ...options }))

test('a kill file stops all actions, and they go on without it', async () => {
  const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const log = { info: vi.fn<(line: string) => void>(), warn: vi.fn<(line: string) => void>() }
  const file = join(folder(), 'homeostat.off')
  writeFileSync(file, '1')
  start({ ...acting, environment: { HOMEOSTAT_KILL_FILE: file }, log })
  expect(h!.mode).toBe('off')
  expect(await h!.optimizePerformance()).toMatchObject({ optimizationsApplied: 0 })
  expect(h!.explain('Always')?.line).toContain(`tripped by the kill file ${file}`)
  h!.enable()
  expect(h!.mode).toBe('off')

  rmSync(file)
  await vi.waitFor(() => expect(h!.mode).toBe('act'), { timeout: 10_000 })
  expect(await h!.optimizePerformance()).toMatchObject({ optimizationsApplied: 1 })
  await vi.waitFor(() =>
    expect(log.warn.mock.calls.flat()).toContain('homeostat: actions may run again: no kill switch is tripped'),
  )
  expect(warning).not.toHaveBeenCalled()
})

test('a blocked event loop stops all actions, and is reported as a fault', async () => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  start({ ...acting, watchdog: { limitMs: 200 } })
  h!.start()
  const until = performance.now() + 20_000
  while (h!.mode !== 'off' && performance.now() < until);
  expect(h!.mode).toBe('off')
  expect(await h!.optimizePerformance()).toMatchObject({ optimizationsApplied: 0 })
  expect(h!.explain('Always')?.line).toMatch(/tripped by the watchdog: the event loop was blocked for \d+\.\d s/)
  const { registry } = h!.instrumentations[0]!
  await vi.waitFor(() =>
    expect(JSON.stringify(registry.collect(Date.now()).metrics)).toContain('HOMEOSTAT_LOOP_BLOCKED'),
  )
})

test('if nothing may act no thread watches the loop, whatever the options are', () => {
  start({ ...acting, mode: 'advise', watchdog: { limitMs: 100 } })
  h!.start()
  const end = performance.now() + 500
  while (performance.now() < end);
  expect(h!.mode).toBe('advise')
})

test.each(['advise', 'act'] as const)('an idle engine in %s is woken by its tick and little else', async mode => {
  const intervals = vi.spyOn(globalThis, 'setInterval')
  const timeouts = vi.spyOn(globalThis, 'setTimeout')
  start({ mode })
  // As beside an SDK; without one, it is looked for during half a minute.
  h!.attach(new PrometheusExporter({ preventServerStart: true }))
  for (const instrumentation of h!.instrumentations) instrumentation.enable()
  h!.start()
  await new Promise(resolve => setImmediate(resolve))
  const periods = [...intervals.mock.calls].map(([, ms]) => ms!).toSorted((a, b) => a - b)
  expect([...new Set(periods)].filter(ms => ms < 15_000)).toEqual(mode === 'act' ? [1_000, 5_000] : [5_000])
  const waits = timeouts.mock.calls.map(([, ms]) => ms!)
  // How long the first tick waits for what was saved, at most; it is over when that has been read.
  expect(waits.filter(ms => ms < (mode === 'act' ? 1_000 : 2_000))).toEqual([])
})

test('only where something may act there is something to stop', () => {
  start({})
  const before = process.listenerCount('SIGUSR2')
  expect(before).toBe(0)
  const other = homeostat({ ...acting, autoStart: false, environment: {}, stateDir: folder() })
  onTestFinished(() => other.stop())
  expect(process.listenerCount('SIGUSR2')).toBe(1)
  const off = homeostat({ ...acting, killSignal: false, autoStart: false, environment: {}, stateDir: folder() })
  onTestFinished(() => off.stop())
  expect(process.listenerCount('SIGUSR2')).toBe(1)
})

test('a signal stops all actions of a process that may act, which ends by itself all the same', async () => {
  const program = `
    import { homeostat } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)}
    const h = homeostat({ mode: 'act' })
    const waiting = setInterval(() => {
      if (h.mode === 'act') return console.log('acting')
      console.log('off')
      clearInterval(waiting)
    }, 50)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, NODE_OPTIONS: '', HOMEOSTAT_STATE_DIR: folder() },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'close')
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stdout.on('data', (chunk: Buffer) => {
    if (!said.includes('acting') && chunk.includes('acting')) child.kill('SIGUSR2')
    said += chunk.toString()
  })
  expect(await ended).toEqual([0, null])
  expect(said).toContain('off\n')
  expect(said).toContain('homeostat: all actions are stopped by SIGUSR2')
})
