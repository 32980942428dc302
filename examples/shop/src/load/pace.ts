import { setTimeout as sleep } from 'node:timers/promises'

export interface Pace {
  readonly perSecond: number
  /** Nothing starts while so many are under way, so that a slow shop is not flooded. */
  readonly maxInFlight: number
  /** Ends after so many. @default never */
  readonly times?: number
}

const TURN_MS = 20

/** Calls `work` at a steady rate, so often or until the signal aborts, then waits for what is under way. Failures are the work's own business. */
export async function pace(
  { perSecond, maxInFlight, times = Infinity }: Pace,
  signal: AbortSignal,
  work: () => Promise<unknown>,
): Promise<void> {
  const startedAt = performance.now()
  const inFlight = new Set<Promise<unknown>>()
  let due = 0
  let done = 0
  while (!signal.aborted && done < times) {
    const total = Math.floor(((performance.now() - startedAt) / 1000) * perSecond)
    for (; due < total; due++) {
      if (inFlight.size >= maxInFlight || done >= times) continue
      done++
      const one = work().catch(() => undefined)
      inFlight.add(one)
      void one.then(() => inFlight.delete(one))
    }
    await sleep(TURN_MS, undefined, { signal }).catch(() => undefined)
  }
  await Promise.all(inFlight)
}
