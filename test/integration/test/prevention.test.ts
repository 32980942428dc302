import { forecast, type ForecastTarget } from '@homeostat/forecast/domain'
import type { Domain, StateStore } from '@homeostat/optimizer'
import { startRedis, type Redis } from '@homeostat/services'
import { SignalInstrumentation } from '@homeostat/signals'
import { Queue, Worker } from 'bullmq'
import { Homeostat, homeostat, type HomeostatOptions } from 'homeostat'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

const MINUTE_MS = 60_000
const target: ForecastTarget = { name: 'load', resource: 'cpu', expr: 'max(shop_load)', above: 0.9, unit: 'ratio' }

/** A service whose load the test sets. */
class Shop extends SignalInstrumentation<object> {
  readonly #load = this.registry
    .level({ name: 'shop.load', kind: 'gauge', unit: '1', description: 'Load', attributes: [] })
    .with()

  constructor() {
    super('shop', '1.0.0', {})
  }

  set load(value: number) {
    this.#load.set(value)
  }

  protected activate(): Disposable {
    return { [Symbol.dispose]: () => {} }
  }
}

let server: Redis
let h: Homeostat | undefined
const opened: { close(): Promise<void> }[] = []

beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())
afterEach(async () => {
  await h?.stop()
  h = undefined
  await Promise.all(opened.splice(0).map(each => each.close()))
})

/** A load climbs to its limit within twenty minutes of every hour, and is rising now. */
const climbing = (minute: number): number => (minute < 40 ? 0.3 : 0.3 + ((minute - 40) / 20) * 0.7)

/** What an earlier life has learned in four days, up to a minute of the hour that is now. */
function learned(minuteNow: number): StateStore {
  const { forecasts } = forecast({ defaults: false, targets: [target] })
  const history = forecasts.rebuild(target.name)
  const now = Date.now()
  for (let at = now - 4 * 24 * 60 * MINUTE_MS; at < now; at += 15_000) {
    const minute = ((((at - now) / MINUTE_MS + minuteNow) % 60) + 60) % 60
    history.observe(at, climbing(minute) + 0.01 * Math.sin(at / 7000))
  }
  history.finish()
  const text = JSON.stringify({ version: 1, savedAt: now, state: forecasts.save() })
  return { name: 'test', read: async () => text, write: async () => {}, [Symbol.asyncDispose]: async () => {} }
}

async function start(minuteNow: number, options: HomeostatOptions = {}): Promise<Worker> {
  const shop = new Shop()
  const own: Domain = {
    name: 'shop',
    instrumentation: shop,
    rules: [],
    responses: [],
    actions: [],
    knobs: [],
    reclaimers: [],
  }
  h = homeostat({
    mode: 'act',
    domains: [own],
    stateStore: learned(minuteNow),
    warmUpMs: 0,
    intervalMs: 3_600_000,
    environment: {},
    coordinator: false,
    killSignal: false,
    watchdog: false,
    responses: [
      // Chance withholds nothing, so that the test knows what comes.
      {
        to: { alert: 'CpuBottleneckAhead' },
        action: 'worker.concurrency',
        options: { to: 0.5 },
        priority: 'slo',
        preventive: true,
        withhold: false,
      },
    ],
    ...options,
    forecast: { defaults: false, targets: [target], ...options.forecast },
  })
  for (const instrumentation of h.instrumentations) instrumentation.enable()
  const connection = { host: server.host, port: server.port }
  const prefix = crypto.randomUUID()
  opened.push(new Queue('mails', { connection, prefix }))
  const worker = new Worker('mails', async () => {}, { connection, prefix, concurrency: 8 })
  opened.push(worker)
  await worker.waitUntilReady()
  shop.load = climbing(minuteNow)
  return worker
}

test('a bottleneck that is about to come lets a worker take on half of its jobs, and the end of Homeostat all of them again', async () => {
  const worker = await start(54)

  const { predictions, optimizationsApplied, successful, refused } = await h!.proactiveOptimization()

  expect(predictions).toMatchObject([{ type: 'cpu_bottleneck', target: 'load', isProven: true }])
  expect(predictions[0]!.probability).toBeGreaterThan(0.7)
  expect(Date.parse(predictions[0]!.expectedAt)).toBeGreaterThan(Date.now())
  expect({ optimizationsApplied, successful }).toEqual({ optimizationsApplied: 1, successful: 1 })
  // No job has run here, so there is nothing known about heavy ones.
  expect(refused).toMatchObject([{ action: 'queue.rescheduleHeavyTasks', reason: 'prerequisites' }])
  expect(worker.concurrency).toBe(4)

  await h!.stop()
  expect(worker.concurrency).toBe(8)
})

test('while none is about to come, nothing is done', async () => {
  const worker = await start(5)

  expect(await h!.proactiveOptimization()).toMatchObject({ predictions: [], optimizationsApplied: 0, refused: [] })
  expect(worker.concurrency).toBe(8)
})

test('prevention needs the leave of the forecasts too', async () => {
  const worker = await start(54, { responses: [], forecast: { mode: 'advise' } })

  const { predictions, optimizationsApplied, refused } = await h!.proactiveOptimization()

  expect(predictions).toHaveLength(1)
  expect(optimizationsApplied).toBe(0)
  expect(refused).toMatchObject([{ action: 'queue.rescheduleHeavyTasks', reason: 'mode' }])
  expect(worker.concurrency).toBe(8)
})
