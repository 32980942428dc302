import { setTimeout as delay } from 'node:timers/promises'
import type { Case } from './transcript.ts'

const queues = (version: 'bullmq' | 'bullmq5'): readonly Case[] => [
  {
    name: `${version}: a job from add to completed`,
    async run(t, libraries) {
      const { Queue, Worker, QueueEvents } = libraries[version]
      const options = { connection: libraries.redis, prefix: `${libraries.prefix}{${version}}` }
      const queue = new Queue('mail', options)
      const events = new QueueEvents('mail', options)
      await events.waitUntilReady()
      for (const event of ['waiting', 'active', 'completed', 'failed'] as const)
        events.on(event, () => t.log(`queue ${event}`))
      queue.on('waiting', job => t.log('added', job.name))
      const job = await queue.add('welcome', { to: 'a' }, { jobId: 'one' })
      t.log('job', [job.id, job.name, job.data, Object.keys(job).toSorted()])
      const worker = new Worker(
        'mail',
        async (each, token) => (t.log('works', [each.name, typeof token]), { sent: 1 }),
        options,
      )
      for (const event of ['active', 'completed', 'failed', 'drained', 'closed'] as const)
        worker.on(event, () => t.log(`worker ${event}`))
      await t.settle('result', () => job.waitUntilFinished(events))
      await delay(30)
      await worker.close()
      t.log('counts', await queue.getJobCounts())
      t.log('methods', [queue.add.length, queue.addBulk.name, worker.run.length, Object.keys(worker).toSorted()])
      await events.close()
      await queue.close()
    },
  },
  {
    name: `${version}: a job that fails, with retries and its stack`,
    async run(t, libraries) {
      const { Queue, Worker } = libraries[version]
      const options = { connection: libraries.redis, prefix: `${libraries.prefix}{${version}}` }
      const queue = new Queue('fails', options)
      await queue.add('a', {}, { attempts: 2 })
      const ended = Promise.withResolvers<void>()
      const worker = new Worker(
        'fails',
        function processor() {
          return Promise.reject(new RangeError('planted'))
        },
        options,
      )
      worker.on('failed', (job, error) => {
        t.log('failed', [job?.attemptsMade, error.message, error.constructor.name])
        t.log('stack', error)
        if (job?.attemptsMade === 2) ended.resolve()
      })
      await ended.promise
      await worker.close()
      const [job] = await queue.getFailed()
      t.log('kept', [job?.failedReason, job?.stacktrace?.length])
      await t.settle('retry', async () => job?.retry())
      await t.settle('counts', () => queue.getJobCounts('waiting', 'failed'))
      await queue.close()
    },
  },
  {
    name: `${version}: bulk, pause, delay, promote, obliterate, and a closed queue`,
    async run(t, libraries) {
      const { Queue } = libraries[version]
      const options = { connection: libraries.redis, prefix: `${libraries.prefix}{${version}}` }
      const queue = new Queue('steps', options)
      for (const event of ['paused', 'resumed', 'removed', 'cleaned'] as const)
        queue.on(event, () => t.log(`queue ${event}`))
      const jobs = await queue.addBulk([
        { name: 'a', data: 1 },
        { name: 'b', data: 2, opts: { delay: 60_000 } },
      ])
      t.log(
        'bulk',
        jobs.map(({ name }) => name),
      )
      await t.settle('promote', () => jobs[1]!.promote())
      await t.settle('promote again', () => jobs[1]!.promote())
      await queue.pause()
      t.log('paused', await queue.isPaused())
      await queue.resume()
      await t.settle('state', () => jobs[0]!.getState())
      await t.settle('remove', () => queue.remove(jobs[0]!.id!))
      await t.settle('bad', () => queue.add('c', {}, { jobId: '12' }))
      await t.settle('obliterate', () => queue.obliterate({ force: true }))
      await queue.close()
      t.log('closed', queue.closing !== undefined)
    },
  },
]

export const queueCases: readonly Case[] = [...queues('bullmq'), ...queues('bullmq5')]
