import { parentPort } from 'node:worker_threads'
import { checkTraces } from './check-traces.ts'

export interface Seeds {
  readonly from: number
  readonly to: number
}

parentPort?.on('message', async ({ from, to }: Seeds) => {
  const tally = await checkTraces(from, to)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(tally)
})
