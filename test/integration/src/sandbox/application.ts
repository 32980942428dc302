import { factsOf } from './facts.ts'

/** A worker with a sandboxed processor: runs one job, and prints what runs in this process and in that of the processor. */
const [library = 'bullmq', kind, url = ''] = process.argv.slice(2)
const { Queue, QueueEvents, Worker } = (await import(library)) as typeof import('bullmq')

const { hostname: host, port } = new URL(url)
const connection = { host, port: Number(port) }
const name = `${library}-${kind}`
const worker = new Worker(name, new URL('processor.ts', import.meta.url).pathname, {
  connection,
  useWorkerThreads: kind === 'thread',
})
const queue = new Queue(name, { connection })
const events = new QueueEvents(name, { connection })
await Promise.all([worker.waitUntilReady(), events.waitUntilReady()])
const job = await queue.add('look', { url })
const processor: unknown = await job.waitUntilFinished(events)
const application = await factsOf()
process.stdout.write(`${JSON.stringify({ application, processor })}\n`)
await Promise.all([worker.close(), queue.close(), events.close()])
await globalThis.preloaded.homeostat.stop()
