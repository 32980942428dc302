import { afterEach, expect, test, vi } from 'vitest'
import { collectFrom } from '../../src/metrics/collect-metrics.ts'
import type { Homeostat } from '../../src/index.ts'
import { homeostat } from '../../src/index.ts'

let h: Homeostat | undefined
afterEach(() => h?.stop())

test('one failing source leaves the others intact and is named, without the words of its error', async () => {
  const system = {
    memoryUsage: 0.4,
    heapUsage: 0.3,
    cpuUsage: 0.1,
    memoryLimitBytes: 1e9,
    cpuLimit: 2,
    host: undefined,
  }

  const metrics = await collectFrom(
    {
      system: () => system,
      application: () => Promise.reject(new Error('the queue did not answer')),
      database: () => {
        throw new TypeError('no such pool')
      },
      externalServices: () => ({}),
    },
    Date.UTC(2026, 0, 1),
  )

  expect(metrics).toEqual({
    timestamp: '2026-01-01T00:00:00.000Z',
    system,
    application: undefined,
    database: undefined,
    externalServices: {},
    failures: [
      { source: 'database', error: expect.stringMatching(/^TypeError at collect-metrics\.test\.ts:\d+:\d+$/) },
      { source: 'application', error: expect.stringMatching(/^Error at collect-metrics\.test\.ts:\d+:\d+$/) },
    ],
  })
})

test('system and application are real numbers of this process', async () => {
  h = homeostat({ autoStart: false })
  for (const instrumentation of h.instrumentations) instrumentation.enable()

  // The limits are read off the event loop, and utilization of the CPU is known after its first window.
  await vi.waitFor(async () => expect((await h!.collectMetrics()).system?.cpuUsage).toBeDefined(), {
    timeout: 20_000,
    interval: 200,
  })

  const { system, application, database, externalServices, failures } = await h.collectMetrics()

  expect(failures).toEqual([])
  expect(system?.memoryUsage).toBeGreaterThan(0)
  expect(system?.memoryUsage).toBeLessThan(1)
  expect(system?.heapUsage).toBeGreaterThan(0)
  expect(system?.memoryLimitBytes).toBeGreaterThan(process.memoryUsage.rss())
  expect(system?.cpuLimit).toBeGreaterThan(0)
  // Nothing measures the host here.
  expect(system?.host).toBeUndefined()
  expect(application?.memoryUsage.heapUsed).toBeGreaterThan(0)
  expect(application?.eventLoopLag).toBeGreaterThanOrEqual(0)
  // Nobody asked a cache: there is no ratio, not 0.
  expect(application?.cacheHitRates).toEqual({})
  expect(database).toMatchObject({ slowQueries: 0, operationP95Ms: undefined, pools: {} })
  expect(externalServices).toEqual({})
})
