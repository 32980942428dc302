import { setTimeout as sleep } from 'node:timers/promises'
import type { Trouble } from './troubles.ts'
import { everydayLoad, troubles } from './troubles.ts'
import type { Visitors } from './visitors.ts'

export interface LoadOptions {
  readonly visitors: Visitors
  /** Resolves to the number of entries that were there. */
  readonly emptyProductCache: () => Promise<number>
  readonly onTrouble: (what: string) => void
}

/** Sends traffic until the signal aborts: an ordinary day, and the troubles of it one after the other. */
export async function runLoad(
  { visitors, emptyProductCache, onTrouble }: LoadOptions,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all([
    everydayLoad(visitors, signal),
    ...troubles(visitors, emptyProductCache).map(trouble => runTrouble(trouble, onTrouble, signal)),
  ])
}

async function runTrouble(
  { afterMs, forMs, what, run }: Trouble,
  onTrouble: (what: string) => void,
  signal: AbortSignal,
): Promise<void> {
  await sleep(afterMs, undefined, { signal }).catch(() => undefined)
  if (signal.aborted) return
  onTrouble(what)
  await run(forMs === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(forMs)]))
}
