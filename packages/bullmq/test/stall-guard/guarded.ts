import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Redis } from 'ioredis'
import { expect } from 'vitest'
import type { StallReceipt } from '@homeostat/optimizer'
import type { GuardedProcess, Told } from './guarded-process.ts'

export const LOCK_MS = 600
export const STALLED_MS = 500
const PROGRAM = fileURLToPath(new URL('guarded-process.ts', import.meta.url))

/** A process with a worker, and what it has reported so far. */
export interface Guarded {
  readonly child: ChildProcess
  readonly receipts: readonly StallReceipt[]
  readonly lines: readonly string[]
}

/** Starts a process with a worker, whose jobs block its event loop. Another process has to run the proxies: they would be blocked too. */
export async function startGuarded({
  worker,
  ...options
}: Omit<GuardedProcess, 'worker'> & Partial<GuardedProcess>): Promise<Guarded> {
  const task: GuardedProcess = { worker: { lockDuration: LOCK_MS, stalledInterval: STALLED_MS, ...worker }, ...options }
  const child = fork(PROGRAM, [JSON.stringify(task)])
  const receipts: StallReceipt[] = []
  const lines: string[] = []
  await new Promise<void>(resolve => {
    child.on('message', (told: Told) => {
      if (told.kind === 'ready') resolve()
      else if (told.kind === 'receipt') receipts.push(told.receipt)
      // That it can renew again is another test's matter.
      else if (told.text.includes('stall guard') && !told.text.includes('again, after')) lines.push(told.text)
    })
  })
  return { child, receipts, lines }
}

/** The connections of threads of guards. */
export async function connectionsOfGuards(redis: Redis): Promise<number> {
  return String(await redis.client('LIST')).split('name=homeostat-stall-guard').length - 1
}

/** Waits until the thread of the guard is connected. */
export async function untilGuarded(redis: Redis): Promise<void> {
  await expect.poll(() => connectionsOfGuards(redis), { timeout: 20_000, interval: 20 }).toBeGreaterThan(0)
}
