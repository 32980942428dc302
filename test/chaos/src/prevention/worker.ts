import { parentPort } from 'node:worker_threads'
import { compare, serviceKinds } from './service-kinds.ts'

/** One service of a kind. */
export interface Job {
  readonly index: number
  readonly days: number
  readonly seed: number
}

parentPort?.on('message', ({ index, days, seed }: Job) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  void compare(serviceKinds[index]!, days, seed).then(outcome => parentPort?.postMessage(outcome))
})
