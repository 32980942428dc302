import { parentPort } from 'node:worker_threads'

/** The worker's side of `inWorkers`. A rejection ends the thread, and with it the run. */
export function answerJobs(work: (payload: unknown) => unknown): void {
  parentPort?.on('message', (payload: unknown) => void answer(payload))

  async function answer(payload: unknown): Promise<void> {
    const result = await work(payload)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    parentPort?.postMessage(result)
  }
}
