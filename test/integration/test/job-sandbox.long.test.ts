import { fileURLToPath } from 'node:url'
import { startRedis } from '@homeostat/services'
import { Queue, QueueEvents, Worker } from 'bullmq'
import { afterAll, expect, it } from 'vitest'

const redis = await startRedis()
const { hostname: host, port } = new URL(redis.url)
const connection = { host, port: Number(port) }
const file = (name: string): URL => new URL(`../src/${name}`, import.meta.url)
const preload = ['--import', file('sandbox-preload.mjs').href]

afterAll(() => redis.stop())

it.each([
  ['child process', { workerForkOptions: { execArgv: preload } }],
  ['thread', { useWorkerThreads: true, workerThreadsOptions: { execArgv: preload } }],
])('2-17: in the %s of a sandboxed processor Homeostat only measures', async (kind, options) => {
  const name = `sandbox ${kind}`
  const queue = new Queue(name, { connection })
  const events = new QueueEvents(name, { connection })
  const worker = new Worker(name, fileURLToPath(file('sandbox-processor.mjs')), { connection, ...options })
  try {
    await events.waitUntilReady()
    const job = await queue.add('job', {})
    expect(await job.waitUntilFinished(events)).toEqual({ mode: 'off', ticks: 0, listeners: 0 })
  } finally {
    await worker.close()
    await events.close()
    await queue.close()
  }
})
