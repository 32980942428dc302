import { createRequire } from 'node:module'
import { describeInstrumentation } from '@homeostat/conformance'
import { metrics } from '@homeostat/semconv'
import { startRedis, type Redis as Server } from '@homeostat/services'
import { Queue, Worker } from 'bullmq'
import { afterAll, beforeAll, expect } from 'vitest'
import { BullMQInstrumentation } from '../src/index.ts'
import { ageOf, jobsOf } from './gauges.ts'

let server: Server
let queue: Queue
beforeAll(async () => {
  server = await startRedis()
  queue = new Queue('webhook', { connection: { host: server.host, port: server.port }, prefix: crypto.randomUUID() })
  await queue.waitUntilReady()
})
afterAll(async () => {
  await queue.close()
  await server.stop()
})

// Everything the classes own, so that a method patched beside those we know would be noticed.
const methods = (): readonly unknown[] => {
  const loaded = createRequire(import.meta.url)('bullmq') as typeof import('bullmq')
  expect([loaded.Queue, loaded.Worker]).toEqual([Queue, Worker])
  return [Queue, Worker].flatMap(({ prototype }) =>
    Object.values(Object.getOwnPropertyDescriptors(prototype)).map(descriptor => descriptor.value ?? descriptor.get),
  )
}

describeInstrumentation('BullMQInstrumentation', {
  create: () => new BullMQInstrumentation({ pollIntervalMs: 20 }),
  async exercise(instrumentation) {
    await queue.add('a', {})
    if (!instrumentation.getConfig().enabled) return
    const waiting = await queue.getWaitingCount()
    await expect.poll(() => jobsOf(instrumentation, 'webhook')?.['waiting'], { timeout: 10_000 }).toBe(waiting)
    expect(ageOf(instrumentation, 'webhook')).toBeGreaterThanOrEqual(0)
  },
  metrics: [metrics.queueJobs, metrics.queueOldestWaitingAge],
  patched: methods,
})
