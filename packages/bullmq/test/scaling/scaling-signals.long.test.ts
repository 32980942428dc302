import { attributes, metrics, type MetricDefinition } from '@homeostat/semconv'
import { Worker } from 'bullmq'
import { expect, test } from 'vitest'
import { bullmq } from '../../src/domain.ts'
import { faultsOf, jobsOf } from '../gauges.ts'
import { ObservedRedis } from '../observed-redis.ts'

const redis = new ObservedRedis(100)

function valueOf(metric: MetricDefinition, queue = 'mail'): number | undefined {
  const points = redis.instrumentation.registry
    .collect()
    .metrics.find(({ descriptor }) => descriptor.name === metric.name)
  const point = points?.dataPoints.find(one => one.attributes[attributes.queueName] === queue)
  return point === undefined ? undefined : Number(point.value)
}
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 30_000, interval: 50 })
const jobs = (count: number, opts = {}) => Array.from({ length: count }, () => ({ name: 'send', data: {}, opts }))

test('a queue that works reports its rates, its load and what it needs', async () => {
  const queue = redis.queue('mail')
  const end: (() => void)[] = []
  redis.open.push(
    new Worker('mail', () => new Promise<void>(resolve => end.push(resolve)), { ...redis.at, concurrency: 5 }),
  )
  const timer = setInterval(
    () => void queue.addBulk(jobs(2)).then(() => end.splice(0, 2).forEach(resolve => resolve())),
    100,
  )
  await eventually(() => valueOf(metrics.queueArrivalRate)).toBeGreaterThan(1)
  await eventually(() => valueOf(metrics.queueServiceRate)).toBeGreaterThan(1)
  clearInterval(timer)
  expect(valueOf(metrics.queueUtilization)).toBeGreaterThan(0)
  expect(valueOf(metrics.queueConcurrencyNeeded)).toBeGreaterThan(0)
  await queue.addBulk(jobs(400))
  await eventually(() => valueOf(metrics.queueDrainEta)).toBeGreaterThan(1)
  expect(faultsOf(redis.instrumentation)).toEqual({})
  await queue.drain()
  const stop = setInterval(() => end.splice(0).forEach(resolve => resolve()), 20)
  await eventually(() => jobsOf(redis.instrumentation, 'mail')).toMatchObject({ waiting: 0, active: 0 })
  expect(valueOf(metrics.queueDrainEta)).toBe(0)
  clearInterval(stop)
})

test('jobs that are due count as waiting while no worker is there to move them', async () => {
  const queue = redis.queue('mail')
  await queue.addBulk(jobs(3, { delay: 1 }))
  await queue.add('later', {}, { delay: 3_600_000 })
  await eventually(() => valueOf(metrics.queueConcurrencyNeeded)).toBe(1)
  expect(jobsOf(redis.instrumentation, 'mail')).toMatchObject({ waiting: 0, delayed: 4 })
  expect(valueOf(metrics.queueDrainEta)).toBe(undefined)
})

test('the limit of all workers together limits what is needed', async () => {
  const queue = redis.queue('mail')
  await queue.setGlobalConcurrency(2)
  const worker = new Worker('mail', () => new Promise<void>(resolve => setTimeout(resolve, 300)), {
    ...redis.at,
    concurrency: 50,
  })
  redis.open.push(worker)
  await queue.addBulk(jobs(2000))
  await eventually(() => valueOf(metrics.queueConcurrencyNeeded)).toBe(2)
  await queue.removeGlobalConcurrency()
  await eventually(() => valueOf(metrics.queueConcurrencyNeeded)).toBeGreaterThan(5)
  await worker.close(true)
})

test('a user that may not read the counter has the rest', async () => {
  await redis.admin.call('ACL', 'SETUSER', 'narrow', 'on', '>secret', '~*', '&*', '+@all', '-get')
  const queue = redis.queue('mail', { connection: { ...redis.at.connection, username: 'narrow', password: 'secret' } })
  await queue.add('a', {})
  await eventually(() => jobsOf(redis.instrumentation, 'mail')).toMatchObject({ waiting: 1 })
  expect(valueOf(metrics.queueConcurrencyNeeded)).toBe(undefined)
  expect(faultsOf(redis.instrumentation)).toEqual({})
})

test('the target age is maxWaitSeconds where it is not set', () => {
  const targetOf = (options: Parameters<typeof bullmq>[0]) =>
    bullmq(options).instrumentation.getConfig().targetAgeSeconds
  expect(targetOf({})).toBe(30)
  expect(targetOf({ maxWaitSeconds: 90 })).toBe(90)
  expect(targetOf({ maxWaitSeconds: 0 })).toBe(1)
  expect(targetOf({ maxWaitSeconds: 90, targetAgeSeconds: 20 })).toBe(20)
})
