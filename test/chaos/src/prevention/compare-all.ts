import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Outcome } from './score.ts'
import type { Job } from './worker.ts'

/** Lets all services live, on all cores; the outcomes in the order of the jobs. */
export async function compareAll(jobs: readonly Job[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  let next = 0
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('worker.ts', import.meta.url))
    try {
      while (next < jobs.length) {
        const number = next++
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        worker.postMessage(jobs[number])
        ;[outcomes[number]] = (await once(worker, 'message')) as [Outcome]
      }
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(jobs.length, availableParallelism()) }, work))
  return outcomes
}
