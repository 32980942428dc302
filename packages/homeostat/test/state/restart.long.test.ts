import { setImmediate as nextTurn, setTimeout as rest } from 'node:timers/promises'
import { diag } from '@opentelemetry/api'
import { expect, test, vi } from 'vitest'
import { StateKeeper } from '@homeostat/optimizer/parts'
import type { Homeostat, HomeostatOptions } from '../../src/index.ts'
import { always, halve, Worker } from '../acting/crawler.ts'
import { homeostatUnderTest } from '../homeostat-under-test.ts'
import { processAction } from '../process-action.ts'

const start = homeostatUnderTest()
let h: Homeostat

test('a saved quarantine counts from the first tick on', async () => {
  const worker = new Worker()
  const options: HomeostatOptions = { mode: 'act', knobs: [worker.knob], rules: [always], responses: halve }
  h = start({ ...options, autoStart: true, intervalMs: 60_000 })
  await h.optimizePerformance()
  const now = Date.now()
  h.optimizer.histories.all[0]!.advance({ type: 'unfit', reason: 'it did harm' }, now)
  await h.stop()
  expect(worker.concurrency).toBe(8)

  const { start: read } = StateKeeper.prototype
  vi.spyOn(StateKeeper.prototype, 'start').mockImplementation(async function (this: StateKeeper) {
    await rest(300)
    await read.call(this)
  })
  h = start({ ...options, autoStart: true, intervalMs: 20 })
  const line = await new Promise<string | undefined>(resolve => h.on(() => resolve(h.explain('Always')?.line)))

  expect(line).toContain('it did harm')
  expect(worker.concurrency).toBe(8)
})

test('the first tick does not wait for ever for what was saved', async () => {
  vi.spyOn(StateKeeper.prototype, 'start').mockReturnValue(new Promise(() => {}))
  const worker = new Worker()
  h = start({ mode: 'act', knobs: [worker.knob], rules: [always], responses: halve, autoStart: true, intervalMs: 20 })

  await expect.poll(() => worker.concurrency, { timeout: 10_000 }).toBe(4)
})

test('a store that hangs keeps neither the first tick nor the end', async () => {
  const forever = async <T>(): Promise<T> => new Promise<T>(() => {})
  const stateStore = {
    name: 'hangs',
    read: forever<string>,
    write: forever<void>,
    [Symbol.asyncDispose]: async () => {},
  }
  const reports: unknown[] = []
  const errors = vi.spyOn(diag, 'error').mockImplementation(text => void reports.push(text))
  h = start({ stateStore, rules: [always], autoStart: true, intervalMs: 20 })
  await expect.poll(() => h.alerts().length, { timeout: 10_000 }).toBe(1)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const stopped = h.stop()
  for (let turn = 0; turn < 50; turn++) await nextTurn()
  await vi.advanceTimersByTimeAsync(9_999)
  vi.useRealTimers()
  await stopped
  expect(reports).toEqual([expect.stringContaining('reading what was saved did not end within 2000 ms')])
  errors.mockRestore()
})

for (const [how, outcome] of [
  ['fails', () => Promise.reject(new Error('no'))],
  ['hangs', () => new Promise<void>(() => {})],
] as const)
  test(`when the loop ${how} to end, knobs are reverted and all else ends`, async () => {
    const worker = new Worker()
    h = start({ mode: 'act', knobs: [worker.knob], rules: [always], responses: halve, intervalMs: 60_000 })
    await h.optimizePerformance()
    vi.spyOn(h.optimizer, 'stop').mockImplementation(outcome)
    const saves = vi.spyOn(StateKeeper.prototype, 'stop')
    const disabled = h.instrumentations.map(instrumentation => vi.spyOn(instrumentation, 'disable'))

    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const stopped = h.stop()
    // The time limit begins when the loop's turn has come, after a few real ones.
    await nextTurn()
    await vi.advanceTimersByTimeAsync(10_000)
    vi.useRealTimers()
    await stopped

    expect(worker.concurrency).toBe(8)
    expect(saves).toHaveBeenCalledOnce()
    for (const disable of disabled) expect(disable).toHaveBeenCalledOnce()
  })

test('the evidence on actions survives the process', async () => {
  const load = { name: 'load', run: 0 }
  const options: HomeostatOptions = {
    mode: 'act',
    rules: [{ alert: 'Always', expr: 'vector(1)' }],
    responses: [
      {
        to: { alert: 'Always' },
        action: 'load.shed',
        priority: 'efficiency',
        expect: { expr: 'vector(1)', direction: 'down', settleMs: 0, windowMs: 1 },
      },
    ],
    actions: [processAction('load.shed', async () => (load.run++, { summary: 'shed', effects: { requests: 1 } }))],
  }
  h = start({ ...options, autoStart: true, intervalMs: 50 })
  await expect
    .poll(() => h.optimizer.histories.all[0]?.save().trials, { timeout: 10_000 })
    .toSatisfy(
      (trials: { act: number; control: number } | undefined) => (trials?.act ?? 0) + (trials?.control ?? 0) > 0,
    )
  await h.stop()
  const before = h.optimizer.histories.all[0]!.save().trials

  h = start({ ...options, autoStart: true, intervalMs: 50 })
  await expect.poll(() => h.optimizer.evidence()[0], { timeout: 10_000 }).toBeDefined()
  const { trials } = h.optimizer.histories.all[0]!.save()

  expect(trials.act + trials.control).toBeGreaterThanOrEqual(before.act + before.control)
})
