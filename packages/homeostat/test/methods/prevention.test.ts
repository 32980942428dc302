import { forecast } from '@homeostat/forecast/domain'
import type { Domain, Response, StateStore } from '@homeostat/optimizer'
import { steadyNow } from '@homeostat/optimizer/parts'
import { createStore } from '@homeostat/promql'
import { metrics } from '@homeostat/semconv'
import type { LevelSeries, SignalInstrumentationConfig } from '@homeostat/signals'
import { SignalInstrumentation } from '@homeostat/signals'
import { afterEach, expect, test, vi } from 'vitest'
import { definitions } from '../../src/domains/domain-definitions.ts'
import type { Homeostat, HomeostatOptions } from '../../src/index.ts'
import { homeostat } from '../../src/index.ts'
import { Worker } from '../acting/crawler.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const TICK = 15_000
const ACTION = 'queue.rescheduleHeavyTasks'
const use = { name: 'use', resource: 'cpu', expr: 'test_use', above: 0.9, unit: 'ratio' } as const

let h: Homeostat | undefined
afterEach(async () => {
  vi.restoreAllMocks()
  await h?.stop()
  h = undefined
})

/** A package of the application's own that measures how much of something is used. */
class Plant extends SignalInstrumentation<SignalInstrumentationConfig> {
  readonly use: LevelSeries
  constructor() {
    super('plant', '1.0.0', {})
    this.use = this.registry.level({ ...metrics.processCpuUtilization, name: 'test.use' }).with()
  }

  protected override activate(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }
}

/** What a process has learned from thirteen hours with a ramp in every second one, in the middle of which it ends. */
function learned(): unknown {
  const store = createStore({ intervalMs: TICK })
  const series = store.series({ name: 'test.use', labels: {}, kind: 'gauge' })
  const { instrumentation, forecasts, follow } = forecast({ defaults: false, targets: [use] })
  instrumentation.enable()
  follow({ store, intervalMs: TICK, on: () => ({ [Symbol.dispose]: () => undefined }) })
  const end = steadyNow() - MINUTE
  const begin = end - 13 * HOUR - 17 * MINUTE
  for (let now = begin; now <= end; now += TICK) {
    const minute = ((now - begin) % (2 * HOUR)) / MINUTE
    series.append(now, 0.3 + (minute < 60 || minute >= 90 ? 0 : 0.64 * Math.min(1, (minute - 60) / 20)))
    forecasts.observe(now)
  }
  return forecasts.save()
}

class MemoryStore implements StateStore {
  readonly name = 'memory'
  readonly texts = new Map<string, string>()
  async read(key: string): Promise<string | undefined> {
    return this.texts.get(key)
  }

  async write(key: string, text: string): Promise<void> {
    this.texts.set(key, text)
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** A process that goes on from there. */
async function started({ forecast: own, ...options }: HomeostatOptions = {}, used = 0.86) {
  const [plant, worker, stateStore] = [new Plant(), new Worker(), new MemoryStore()]
  stateStore.texts.set('forecasts', JSON.stringify({ version: 1, savedAt: Date.now() - MINUTE, state: learned() }))
  const domain: Domain = {
    name: 'plant',
    instrumentation: plant,
    rules: [],
    responses: [],
    actions: [],
    knobs: [{ ...worker.knob, actions: { [ACTION]: { factor: 0.5 } } }],
    reclaimers: [],
  }
  const left = Object.fromEntries(definitions.flatMap(([name]) => (name === 'forecast' ? [] : [[name, false]])))
  h = homeostat({
    ...left,
    domains: [domain],
    forecast: own === false ? false : { defaults: false, targets: [use], ...own },
    stateStore,
    service: 'shop',
    environment: {},
    warmUpMs: 0,
    intervalMs: HOUR,
    killSignal: false,
    watchdog: false,
    ...options,
  })
  for (const instrumentation of h.instrumentations) instrumentation.enable()
  plant.use.set(used)
  if (own !== false) await expect.poll(() => h!.predictPerformanceBottlenecks()).toHaveLength(1)
  return { h, plant, worker, stateStore }
}

test('a bottleneck above its limit is predicted, with the reason and the time, and nothing without a measurement', async () => {
  const { h, plant } = await started()
  const [prediction] = await h.predictPerformanceBottlenecks()
  expect(prediction).toEqual({
    type: 'cpu_bottleneck',
    target: 'use',
    probability: expect.any(Number) as number,
    horizonMs: 15 * MINUTE,
    expectedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    confidence: expect.any(Number) as number,
    explanation: expect.stringMatching(/./) as string,
    isProven: true,
  })
  expect(prediction!.probability).toBeGreaterThan(0.7)
  expect(Date.parse(prediction!.expectedAt)).toBeGreaterThan(Date.now())
  expect(Date.parse(prediction!.expectedAt)).toBeLessThan(Date.now() + 15 * MINUTE)

  plant.use.clear()
  expect(await h.predictPerformanceBottlenecks()).toEqual([])
})

test('in act, an action that prevents a bottleneck runs at once, and the end reverts it', async () => {
  // The first of a block of arms is a run then, and no control.
  vi.spyOn(Math, 'random').mockReturnValue(0.999)
  // The answer of the package has a guard on waiting jobs, which this process does not have.
  const unguarded: Response = { to: { alert: 'CpuBottleneckAhead' }, action: ACTION, priority: 'slo' }
  const { h, worker } = await started({ mode: 'act', responses: [unguarded] })
  expect(await h.proactiveOptimization()).toMatchObject({
    predictions: [{ target: 'use' }],
    optimizationsApplied: 1,
    successful: 1,
    failed: 0,
    refused: [],
  })
  expect(worker.concurrency).toBe(4)
  await h.stop()
  expect(worker.concurrency).toBe(8)
})

test('just after a start, an action waits for the data of its guard', async () => {
  const { h, worker } = await started({ mode: 'act' })
  const detail =
    'its guard max(homeostat_queue_oldest_waiting_age) has no data; a trial begins without this guard after'
  expect(await h.proactiveOptimization()).toMatchObject({
    optimizationsApplied: 0,
    refused: [{ action: ACTION, reason: 'guards', detail: expect.stringContaining(detail) as string }],
  })
  expect(worker.concurrency).toBe(8)
})

test.each<[string, HomeostatOptions, string]>([
  ['both', {}, 'advise'],
  ['the package of the action', { forecast: { mode: 'act' } }, 'advise'],
  ['forecasts', { mode: 'act', forecast: { mode: 'advise' } }, 'advise'],
  ['forecasts, whatever the action may', { actionModes: { [ACTION]: 'act' }, forecast: { mode: 'shadow' } }, 'shadow'],
])('it takes the leave of both packages: not in act are %s', async (_, options, mode) => {
  const { h, worker } = await started(options)
  expect(await h.proactiveOptimization()).toMatchObject({
    predictions: [{ target: 'use' }],
    optimizationsApplied: 0,
    refused: [
      {
        action: ACTION,
        reason: 'mode',
        detail: expect.stringMatching(`^mode.* is ${mode}; in act it would run ${ACTION}`),
      },
    ],
  })
  expect(worker.concurrency).toBe(8)
})

test('a problem that is present is not prevented any more', async () => {
  const { h, worker } = await started({ mode: 'act' }, 0.95)
  expect(await h.proactiveOptimization()).toMatchObject({
    predictions: [{ probability: 1 }],
    optimizationsApplied: 0,
    refused: [{ action: ACTION, reason: 'prerequisites' }],
  })
  expect(worker.concurrency).toBe(8)
})

test('an own answer to a forecast is as careful as ours', async () => {
  const own: Response = { to: { alert: 'CpuBottleneckAhead' }, action: ACTION, priority: 'safety' }
  const { h, worker } = await started({ mode: 'act', responses: [own] }, 0.95)
  expect(await h.proactiveOptimization()).toMatchObject({ refused: [{ action: ACTION, reason: 'prerequisites' }] })
  expect(worker.concurrency).toBe(8)
})

test('forecasts can be left out', async () => {
  const { h, stateStore } = await started({ mode: 'act', forecast: false })
  const before = stateStore.texts.get('forecasts')
  expect(await h.predictPerformanceBottlenecks()).toEqual([])
  expect(await h.proactiveOptimization()).toMatchObject({ predictions: [], optimizationsApplied: 0, refused: [] })
  expect(h.instrumentations.map(({ instrumentationName }) => instrumentationName)).not.toContain('@homeostat/forecast')
  await h.stop()
  expect(stateStore.texts.get('forecasts')).toBe(before)
})

test('learned state is saved at the end', async () => {
  const { h, stateStore } = await started()
  const before = JSON.parse(stateStore.texts.get('forecasts')!) as Saved
  await h.stop()
  const after = JSON.parse(stateStore.texts.get('forecasts')!) as Saved
  expect(after.savedAt).toBeGreaterThan(before.savedAt)
  expect(after.state.use.lastMs).toBeGreaterThan(before.state.use.lastMs)
  expect(after.state.use.knownMs).toBeGreaterThan(before.state.use.knownMs)
})

interface Saved {
  readonly savedAt: number
  readonly state: { readonly use: { readonly knownMs: number; readonly lastMs: number } }
}
