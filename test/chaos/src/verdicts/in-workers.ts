import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

/** Work that a worker thread can be sent, and finds by itself: plain data. */
export interface Job {
  /** The case that it is a part of. */
  readonly index: number
  readonly payload: unknown
}

/** Hands jobs to a worker per core, each result back as it comes, and writes to stderr how far it is. */
export async function inWorkers(
  about: string,
  worker: URL,
  jobs: readonly Job[],
  take: (index: number, result: unknown) => void,
): Promise<void> {
  const waiting = [...jobs]
  let done = 0
  const work = async (): Promise<void> => {
    const thread = new Worker(worker)
    try {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        thread.postMessage(job.payload)
        const [result] = (await once(thread, 'message')) as [unknown]
        take(job.index, result)
        if (++done % 20 === 0 || done === jobs.length)
          process.stderr.write(`${about}: ${done} of ${jobs.length} parts\n`)
      }
    } finally {
      await thread.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(jobs.length, availableParallelism()) }, work))
}
