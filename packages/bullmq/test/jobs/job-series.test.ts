import { metrics as api } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import type { Queue, Worker } from 'bullmq'
import { BullMQOtel } from 'bullmq-otel'
import { describe, expect, it } from 'vitest'
import { faultsOf } from '../gauges.ts'
import { FollowedJobs, versions } from './followed-jobs.ts'
import { nthName } from './nth-name.ts'

const jobs = new FollowedJobs()

/** The values of a metric by `name outcome`: the sum of a counter, the count of a histogram. */
function values(metric: string): Record<string, number> {
  const { metrics } = jobs.instrumentation.registry.collect()
  const points = metrics.find(({ descriptor }) => descriptor.name === metric)?.dataPoints ?? []
  return Object.fromEntries(
    points.map(({ attributes, value }) => {
      const key = [
        attributes['bullmq.job.name'] ?? attributes['bullmq.queue.name'],
        attributes['homeostat.queue.job.outcome'],
      ]
      return [key.filter(Boolean).join(' '), typeof value === 'number' ? value : (value as { count: number }).count]
    }),
  )
}

function sumOf(metric: string, name: string): number {
  const { metrics } = jobs.instrumentation.registry.collect()
  const points = metrics.find(({ descriptor }) => descriptor.name === metric)?.dataPoints ?? []
  const point = points.find(({ attributes }) => attributes['bullmq.job.name'] === name)
  return (point!.value as { sum: number }).sum
}

/** Three jobs: one is good, one fails for good at its second attempt. */
async function work(queue: Queue): Promise<void> {
  const now = Date.now()
  const added = [
    await queue.add('good', {}, { timestamp: now - 60_000 }),
    await queue.add('later', {}, { timestamp: now - 60_000, delay: 60_000 - 1 }),
    await queue.add('bad', {}, { attempts: 2 }),
  ]
  await expect
    .poll(() => Promise.all(added.map(job => job.getState())), { timeout: 20_000 })
    .toEqual(['completed', 'completed', 'failed'])
}

async function processor(job: { readonly name: string }): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, 20))
  if (job.name === 'bad') throw new Error('no')
}

describe.each(versions)('%s', (_, { Queue, Worker }) => {
  it('wait, run time, outcomes and failures are reported per job name', async () => {
    jobs.opened(new Worker('work', processor, jobs.at))
    await work(jobs.opened(new Queue('work', jobs.at)))
    expect(values('homeostat.queue.job.runs')).toEqual({
      'good completed': 1,
      'good failed': 0,
      'good postponed': 0,
      'later completed': 1,
      'later failed': 0,
      'later postponed': 0,
      'bad completed': 0,
      'bad failed': 2,
      'bad postponed': 0,
    })
    // BullMQ says so after it has recorded it.
    await expect.poll(() => values('homeostat.queue.job.failures')).toEqual({ bad: 1 })
    expect(values('homeostat.queue.job.run.duration')).toEqual({ good: 1, later: 1, bad: 2 })
    expect(sumOf('homeostat.queue.job.run.duration', 'bad')).toBeGreaterThanOrEqual(0.038)
    // The first attempts only, and without the delay that was asked for.
    expect(values('homeostat.queue.job.wait.duration')).toEqual({ good: 1, later: 1, bad: 1 })
    expect(sumOf('homeostat.queue.job.wait.duration', 'good')).toBeGreaterThanOrEqual(60)
    expect(sumOf('homeostat.queue.job.wait.duration', 'later')).toBeLessThan(30)
    expect(faultsOf(jobs.instrumentation)).toEqual({})
  })

  it('names without end are _OTHER past 50', async () => {
    jobs.opened(new Worker('work', async () => undefined, { ...jobs.at, concurrency: 10 }))
    await jobs
      .opened(new Queue('work', jobs.at))
      .addBulk(Array.from({ length: 70 }, (__, i) => ({ name: nthName(i), data: {} })))
    await expect.poll(() => values('homeostat.queue.job.wait.duration')['_OTHER'], { timeout: 20_000 }).toBe(20)
    expect(Object.keys(values('homeostat.queue.job.wait.duration'))).toHaveLength(51)
  })

  it('a stalled job is counted by the process that finds it', async () => {
    const queue = jobs.opened(new Queue('work', jobs.at))
    await queue.add('lost', {})
    const gone: Worker = jobs.opened(new Worker('work', null, { ...jobs.at, lockDuration: 100 }))
    await gone.getNextJob('a token of nobody')
    let runs = 0
    jobs.opened(new Worker('work', async () => void runs++, { ...jobs.at, stalledInterval: 100 }))
    await expect.poll(() => runs, { timeout: 20_000 }).toBe(1)
    await expect.poll(() => values('homeostat.queue.stalled.jobs')).toEqual({ work: 1 })
  })
})

it('beside bullmq-otel with metrics, each fact is reported once', async () => {
  const [, { Queue, Worker }] = versions[0]!
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  api.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
  const telemetry = new BullMQOtel({ tracerName: 'app', meterName: 'app', enableMetrics: true })
  jobs.opened(new Worker('work', processor, { ...jobs.at, telemetry }))
  await work(jobs.opened(new Queue('work', { ...jobs.at, telemetry })))
  await reader.forceFlush()
  const theirs = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
  api.disable()
  const { metrics } = jobs.instrumentation.registry.collect()
  const ours = metrics.filter(({ dataPoints }) => dataPoints.length > 0).map(({ descriptor }) => descriptor.name)
  const names = theirs.map(({ descriptor }) => descriptor.name)
  // Run time, outcomes and failures are theirs.
  expect(names).toEqual(expect.arrayContaining(['bullmq.jobs.completed', 'bullmq.jobs.failed', 'bullmq.job.duration']))
  expect(ours.filter(name => names.includes(name))).toEqual([])
  for (const own of ['job.runs', 'job.failures', 'job.run.duration'])
    expect(ours).not.toContain(`homeostat.queue.${own}`)
  // How long jobs wait is not among them.
  expect(values('homeostat.queue.job.wait.duration')).toEqual({ good: 1, later: 1, bad: 1 })
})

it('bullmq-otel that only traces does not measure, so it is measured here', async () => {
  const [, { Queue, Worker }] = versions[0]!
  const telemetry = new BullMQOtel({ tracerName: 'app' })
  jobs.opened(new Worker('work', processor, { ...jobs.at, telemetry }))
  await work(jobs.opened(new Queue('work', { ...jobs.at, telemetry })))
  await expect.poll(() => values('homeostat.queue.job.failures')).toEqual({ bad: 1 })
})
