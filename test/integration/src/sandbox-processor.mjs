import { setTimeout as sleep } from 'node:timers/promises'

/** Answers what runs in the process of the job. */
export default async function processor() {
  const h = globalThis.homeostatOfApplication
  await sleep(300)
  return { mode: h.mode, ticks: h.optimizer.ledger.entries.length, listeners: process.listenerCount('SIGUSR2') }
}
