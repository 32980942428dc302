import { counted } from '@homeostat/signals'
import type { LockOutcome, StallReceipt } from '@homeostat/optimizer'

const VERBS: Readonly<Record<LockOutcome, string>> = {
  kept: 'kept the lock of',
  advised: 'would have kept the lock of',
  lost: 'could not keep the lock of',
  gave_up: 'gave up the lock of',
}

/** One line for people. */
export function receiptText({ blockedMs, rescued, frame }: StallReceipt): string {
  const parts = rescued.map(({ queue, job, outcome, jobs, renewals, doomedMs }) => {
    const what = `${VERBS[outcome]} ${counted(jobs, 'job')} ${JSON.stringify(job)} of the queue ${JSON.stringify(queue)}`
    return `${what} (${counted(renewals, 'renewal')}; it would have expired after ${seconds(doomedMs)})`
  })
  return `the event loop was blocked for ${seconds(blockedMs)}${frame === undefined ? '' : ` in ${frame}`}: the stall guard ${parts.join(', ')}`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
