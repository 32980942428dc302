import { BullMQInstrumentation } from '@homeostat/bullmq'
import { Queue, Worker } from 'bullmq'
import { burn, threadCpuMs } from './burn.ts'

/** What one job burns, in two parts with a pause between them. */
const JOB_MS = 4
const CONCURRENCY = 8

/**
 * The CPU time that the instrumentation adds to a worker while it learns what jobs cost, as a part of that without it, one value per
 * pair of drains. The burns are exact, so that only the work of BullMQ and of the instrumentation can differ.
 */
export async function instrumentedParts({
  port,
  jobs,
  pairs,
}: {
  readonly port: number
  readonly jobs: number
  readonly pairs: number
}): Promise<number[]> {
  const parts: number[] = []
  for (let pair = -1; pair < pairs; pair++) {
    const order = pair % 2 === 0 ? [true, false] : [false, true]
    const cpuMs = new Map<boolean, number>()
    for (const isObserved of order) cpuMs.set(isObserved, await drain(port, jobs, isObserved))
    const bare = cpuMs.get(false)!
    // The first pair warms up.
    if (pair >= 0) parts.push((cpuMs.get(true)! - bare) / bare)
  }
  return parts
}

/** The CPU time of this thread for all jobs, in milliseconds. */
async function drain(port: number, jobs: number, isObserved: boolean): Promise<number> {
  const instrumentation = new BullMQInstrumentation()
  if (isObserved) instrumentation.enable()
  const at = { connection: { port }, prefix: crypto.randomUUID() }
  const queue = new Queue('burning', at)
  await queue.addBulk(
    Array.from({ length: jobs }, () => ({ name: 'light', data: {}, opts: { removeOnComplete: true } })),
  )
  const process = async (): Promise<void> => {
    burn(JOB_MS / 2)
    await new Promise(resolve => setTimeout(resolve, 5))
    burn(JOB_MS / 2)
  }
  const worker = new Worker('burning', process, { ...at, concurrency: CONCURRENCY, autorun: false })
  worker.on('error', () => {})
  await worker.waitUntilReady()
  const drained = new Promise<void>(resolve => worker.once('drained', () => resolve()))
  const before = threadCpuMs()
  void worker.run()
  await drained
  await worker.close()
  const cpuMs = threadCpuMs() - before
  await queue.obliterate({ force: true })
  await queue.close()
  instrumentation.disable()
  return cpuMs
}
