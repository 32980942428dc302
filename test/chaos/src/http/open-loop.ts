import { setTimeout as sleep } from 'node:timers/promises'

/** One call as its caller saw it. Times are in milliseconds since the first call. */
export interface CallSeen {
  readonly startedMs: number
  readonly waitedMs: number
  readonly outcome: 'answered' | 'refused' | 'failed'
}

/** Calls at a rate, whether or not earlier calls are answered: a caller that waits for answers would hide that others queue. */
export async function callAtRate(
  call: () => Promise<CallSeen['outcome']>,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<readonly CallSeen[]> {
  const begin = performance.now()
  const calls: Promise<CallSeen>[] = []
  const one = async (startedMs: number): Promise<CallSeen> => {
    const outcome = await call()
    return { startedMs, waitedMs: performance.now() - begin - startedMs, outcome }
  }
  const all = Math.round(perSecond * seconds)
  while (calls.length < all) {
    const due = Math.min(all, Math.floor(((performance.now() - begin) / 1000) * perSecond) + 1)
    while (calls.length < due) calls.push(one(performance.now() - begin))
    await sleep(2)
  }
  return Promise.all(calls)
}
