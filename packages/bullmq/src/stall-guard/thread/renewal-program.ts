// The thread that renews locks while the event loop is blocked. A bundle holds it as a text, with what it uses of our packages in it.
import { parentPort, workerData } from 'node:worker_threads'
import { after } from '@homeostat/signals'
import { LockRenewer } from './lock-renewer.ts'
import type { News, Order, ThreadTask } from './messages.ts'
import { LoopPulse } from './shared-memory.ts'

const { pulse, clockOffsetMs, limitMs } = workerData as ThreadTask
const renewer = new LockRenewer({
  pulse: new LoopPulse(pulse),
  clock: () => Number(process.hrtime.bigint()) / 1e6 - clockOffsetMs,
  limitMs,
  send: (news: News) => parentPort?.postMessage(news, []),
})

/** The main thread reports a thread that ends with an error; one that only stopped looking would guard nothing. */
function endThread(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}

let timer: Disposable | undefined
function look(): void {
  renewer.look()
  timer = after(renewer.pauseMs, look, { report: endThread })
}

parentPort?.on('message', (order: Order) => {
  renewer.obey(order)
  // The pause may have become shorter.
  timer?.[Symbol.dispose]()
  look()
})
look()
