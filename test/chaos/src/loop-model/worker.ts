import { parentPort } from 'node:worker_threads'
import { checkTraces } from './check-traces.ts'

export interface Seeds {
  readonly from: number
  readonly to: number
}

parentPort?.on('message', ({ from, to }: Seeds) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  void checkTraces(from, to).then(tally => parentPort?.postMessage(tally))
})
