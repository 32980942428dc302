import { threadCpuMs } from '@homeostat/signals'
import type { Processor } from 'bullmq'
import { expect, it } from 'vitest'
import { FollowedJobs, versions } from '../jobs/followed-jobs.ts'
import { faultsOf } from '../gauges.ts'

const jobs = new FollowedJobs()

function metric(name: string): Record<string, number> {
  const { metrics } = jobs.instrumentation.registry.collect()
  const points = metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []
  return Object.fromEntries(
    points.map(({ attributes, value }) => [String(attributes['bullmq.job.name']), Number(value)]),
  )
}

it.each(versions)(
  '%s: the cost of each name is learned, and that of a sandboxed processor is not',
  async (_, { Queue, Worker }) => {
    // By the CPU that it gets: a busy machine gives less of it in the same time.
    const burn = (ms: number): void => {
      for (const end = threadCpuMs() + ms; threadCpuMs() < end;);
    }
    jobs.opened(
      new Worker(
        'work',
        async job => {
          burn(job.name === 'heavy' ? 12 : 2)
          await new Promise(resolve => setTimeout(resolve, 10))
          burn(job.name === 'heavy' ? 12 : 2)
        },
        { ...jobs.at, concurrency: 4 },
      ),
    )
    const sandbox = new URL('../fixtures/sandboxed.cjs', import.meta.url).pathname as unknown as Processor
    jobs.opened(new Worker('elsewhere', sandbox, jobs.at))
    const queue = jobs.opened(new Queue('work', jobs.at))
    const elsewhere = jobs.opened(new Queue('elsewhere', jobs.at))
    const { costs } = jobs.instrumentation
    expect(costs.of('work', 'heavy')).toBeUndefined()
    for (let i = 0; i < 20; i++) await elsewhere.add('child', {})
    await expect
      .poll(
        async () => {
          if ((await queue.count()) < 10) for (const name of ['heavy', 'light']) await queue.add(name, {})
          return costs.of('work', 'heavy') !== undefined && costs.of('work', 'light') !== undefined
        },
        { timeout: 50_000, interval: 20 },
      )
      .toBe(true)
    const [heavy, light] = [costs.of('work', 'heavy')!, costs.of('work', 'light')!]
    expect(heavy.cpuSeconds).toBeGreaterThan(2 * light.cpuSeconds)
    expect(heavy.cpuSeconds).toBeLessThan(0.06)
    expect(heavy.blockedSeconds).toBeGreaterThan(0.015)
    expect(heavy.runSeconds).toBeGreaterThan(0.03)
    expect(heavy.databaseSeconds).toBe(0)
    const cpu = metric('homeostat.queue.job.cpu.time')
    expect(Object.keys(cpu).toSorted()).toEqual(['heavy', 'light'])
    expect(cpu['heavy']).toBeGreaterThan(cpu['light']!)
    expect(costs.of('elsewhere', 'child')).toBeUndefined()
    jobs.instrumentation.disable()
    expect(metric('homeostat.queue.job.cpu.time')).toEqual({})
    expect(faultsOf(jobs.instrumentation)).toEqual({})
  },
)
