import type { Job, Processor, Worker } from 'bullmq'
import { describe, expect, it } from 'vitest'
import type { JobRun } from '../../src/jobs/job-run.ts'
import { faultsOf } from '../gauges.ts'
import { FollowedJobs, versions } from './followed-jobs.ts'

const jobs = new FollowedJobs()
const { events } = jobs

describe.each(versions)('%s', (_, { Queue, Worker, DelayedError, RateLimitError, WaitingChildrenError }) => {
  const queue = (name = 'work') => jobs.opened(new Queue(name, jobs.at))
  const worker = (work: Processor | null, options: object = {}, Class: typeof Worker = Worker): Worker =>
    jobs.opened(new Class('work', work, { ...jobs.at, ...options }))
  const until = (expected: readonly string[]) => expect.poll(() => events, { timeout: 10_000 }).toEqual(expected)

  it('each run starts and ends once, with queue, name and token', async () => {
    const own = worker(async job => {
      if (job.name === 'bad') throw new Error('no')
    })
    await queue().add('good', {})
    await until(['good started', 'good completed'])
    await queue().add('bad', {})
    await until(['good started', 'good completed', 'bad started', 'bad failed'])
    const [run] = jobs.runs
    expect(run).toMatchObject({ queue: 'work', name: 'good' })
    expect((run!.worker as object) === own).toBe(true)
    expect(run!.token).toContain(':')
    expect((run!.job as Job).name).toBe('good')
  })

  it('each attempt is a run', async () => {
    worker(async job => {
      if (job.attemptsMade < 2) throw new Error('again')
    })
    await queue().add('a', {}, { attempts: 3 })
    await until(['a started', 'a failed', 'a started', 'a failed', 'a started', 'a completed'])
  })

  it('a job that is moved to delayed, to its children, or hits a rate limit is postponed', async () => {
    const seen = new Set<unknown>()
    const own: Worker = worker(
      async (job, token) => {
        if (seen.has(job.name)) return
        seen.add(job.name)
        if (job.name === 'delayed') {
          await job.moveToDelayed(Date.now() + 50, token)
          throw new DelayedError()
        }
        if (job.name === 'parent') throw new WaitingChildrenError()
        await own.rateLimit(50)
        throw new RateLimitError()
      },
      { limiter: { max: 100, duration: 50 } },
    )
    await queue().add('delayed', {})
    await until(['delayed started', 'delayed postponed', 'delayed started', 'delayed completed'])
    events.length = 0
    await queue().add('limited', {})
    await until(['limited started', 'limited postponed', 'limited started', 'limited completed'])
    events.length = 0
    await queue().add('parent', {})
    await until(['parent started', 'parent postponed'])
  })

  it('a subclass that calls the method which it overrides makes one run, after the base class was patched and before', async () => {
    class Twice extends Worker {
      override async callProcessJob(job: Job, token: string): Promise<unknown> {
        await new Promise(resolve => setTimeout(resolve, 5))
        await super.callProcessJob(job, token)
        return super.callProcessJob(job, token)
      }
    }
    let calls = 0
    const work = async (): Promise<void> => void calls++
    worker(work, {}, Twice as unknown as typeof Worker)
    await queue().add('first', {})
    await until(['first started', 'first completed'])
    worker(work)
    for (let i = 0; i < 6; i++) await queue().add('more', {})
    await expect.poll(() => events.filter(event => event === 'more completed')).toHaveLength(6)
    expect(events.filter(event => event === 'more started')).toHaveLength(6)
    expect(calls).toBeGreaterThanOrEqual(2 + 6)
  })

  it('a processor may return a value, throw at once, or return something with a `then`, which is called once', async () => {
    let thens = 0
    const work = (job: Job): unknown => {
      if (job.name === 'throws') throw new Error('at once')
      if (job.name === 'value') return 7
      // oxlint-disable-next-line unicorn/no-thenable -- this is what the test is about
      return { then: (resolve: (value: number) => void) => resolve(++thens) }
    }
    worker(work as Processor)
    const [value, thenable, throwing] = await queue().addBulk([
      { name: 'value', data: {} },
      { name: 'thenable', data: {} },
      { name: 'throws', data: {} },
    ])
    await expect.poll(() => events).toHaveLength(6)
    await expect
      .poll(async () => [await value!.getState(), await thenable!.getState(), await throwing!.getState()])
      .toEqual(['completed', 'completed', 'failed'])
    expect(thens).toBe(1)
    const results = await Promise.all([value, thenable].map(job => queue().getJob(job!.id!)))
    expect(results.map(job => (job as Job).returnvalue)).toEqual([7, 1])
  })

  it('a gate delays a run until it lets it go, and BullMQ keeps the lock meanwhile', async () => {
    const waiting: (() => void)[] = []
    using _ = jobs.instrumentation.runs.gate({
      admit: ({ name }) => (name === 'light' ? undefined : new Promise<void>(resolve => waiting.push(resolve))),
    })
    worker(async () => undefined, { concurrency: 2, lockDuration: 300, stalledInterval: 200 })
    await queue().add('heavy', {})
    await queue().add('light', {})
    await until(['light started', 'light completed'])
    await new Promise(resolve => setTimeout(resolve, 700))
    expect(events).toHaveLength(2)
    waiting[0]!()
    await until(['light started', 'light completed', 'heavy started', 'heavy completed'])
    expect(waiting).toHaveLength(1)
  })

  it('a gate can postpone a job, which then neither fails nor starts', async () => {
    let isOpen = false
    using _ = jobs.instrumentation.runs.gate({
      admit: run => {
        if (isOpen) return undefined
        isOpen = true
        return (run.job as Job).moveToDelayed(Date.now() + 50, run.token).then(() => {
          throw new DelayedError()
        })
      },
    })
    worker(async () => undefined)
    const job = await queue().add('a', {}, { attempts: 1 })
    await until(['a started', 'a completed'])
    expect(await job.getState()).toBe('completed')
    expect(faultsOf(jobs.instrumentation)).toEqual({})
  })

  it('faults of a gate and of listeners are reported, and the job runs as it would without them', async () => {
    const { runs } = jobs.instrumentation
    const broken = (): never => {
      throw new TypeError('ours')
    }
    using _listener = runs.follow({ started: broken, ended: broken })
    let ran = 0
    worker(async () => ++ran)
    for (const admit of [broken, () => Promise.reject(new TypeError('ours')), () => 7 as never]) {
      using _gate = runs.gate({ admit })
      const job = await queue().add('a', {})
      await expect.poll(() => job.getState()).toBe('completed')
    }
    expect(ran).toBe(3)
    expect(events).toEqual(['a started', 'a completed', 'a started', 'a completed', 'a started', 'a completed'])
    expect(faultsOf(jobs.instrumentation)).toEqual({ TypeError: 3 + 3 + 2 })
    using _first = runs.gate({ admit: () => undefined })
    expect(() => runs.gate({ admit: () => undefined })).toThrow('there is a gate')
  })

  it('disable restores the class exactly, and jobs that run end as they would have', async () => {
    const before = Object.getOwnPropertyDescriptors(Worker.prototype)
    jobs.instrumentation.disable()
    const unpatched = Object.getOwnPropertyDescriptors(Worker.prototype)
    jobs.instrumentation.enable()
    let release = (): void => {}
    const own = worker(() => new Promise<void>(resolve => void (release = resolve)))
    await own.waitUntilReady()
    expect(Object.getOwnPropertyDescriptors(Worker.prototype)).not.toEqual(unpatched)
    const job = await queue().add('a', {})
    await until(['a started'])
    jobs.instrumentation.disable()
    expect(Object.getOwnPropertyDescriptors(Worker.prototype)).toEqual(unpatched)
    expect(before).not.toEqual(unpatched)
    release()
    await expect.poll(() => job.getState()).toBe('completed')
    expect(events).toEqual(['a started', 'a completed'])
  })

  it('sandboxed processors are runs as well', async () => {
    const file = new URL('../fixtures/sandboxed.cjs', import.meta.url).pathname
    worker(file as unknown as Processor)
    await queue().add('good', {})
    await until(['good started', 'good completed'])
    await queue().add('bad', {})
    await until(['good started', 'good completed', 'bad started', 'bad failed'])
  })
})

it('a worker without the method is reported once, and its class is left alone', () => {
  const { workers, runs, registry } = jobs.instrumentation
  expect(runs).toBe(jobs.instrumentation.runs)
  const strange = { name: 'q', qualifiedName: 'bull:q', keys: {}, getNextJob: () => undefined }
  jobs.instrumentation.observeWorker(strange)
  expect(workers.open()[0] === strange).toBe(true)
  expect(faultsOf(jobs.instrumentation)).toEqual({ HOMEOSTAT_JOBS_UNMEASURED: 1 })
  expect(registry.scope.name).toBe('@homeostat/bullmq')
})

it('a run says which worker it belongs to, also where two workers share a class', async () => {
  const [, { Queue, Worker }] = versions[0]!
  const pair = ['a', 'b'].map(name => jobs.opened(new Worker(name, async () => undefined, jobs.at)))
  for (const name of ['a', 'b']) await jobs.opened(new Queue(name, jobs.at)).add(name, {})
  await expect.poll(() => jobs.runs).toHaveLength(2)
  const found = jobs.runs.toSorted((x: JobRun, y: JobRun) => x.queue.localeCompare(y.queue))
  expect(found.map(({ worker }) => pair.indexOf(worker as unknown as Worker))).toEqual([0, 1])
})
