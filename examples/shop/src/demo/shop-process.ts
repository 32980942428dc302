import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { LedgerEntry } from 'homeostat'
import type { ArmCounts } from '../knobs/arm-counts.ts'
import type { ShopMessage } from '../parent.ts'

/** A small container, in MiB. */
export const HEAP_LIMIT = 512
/**
 * V8 ends a process whose heap is above four fifths of its limit while collections take most of the time. The shop is above it on
 * purpose, until Homeostat cleans up, and on a machine that is short of CPUs collections take long.
 */
const V8_FLAGS = [`--max-old-space-size=${HEAP_LIMIT}`, '--no-detect-ineffective-gcs-near-heap-limit']
const STOP_GRACE_MS = 10_000

export interface ShopProcessOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly onTick: (entry: LedgerEntry, arms: ArmCounts) => void
  /** What the shop itself says. */
  readonly onLine: (line: string) => void
}

export interface ShopProcess extends AsyncDisposable {
  readonly url: string
  /** Resolves when it has ended, however that was. */
  readonly ended: Promise<string>
  /** Ends it at once, as a crash of the machine would. */
  kill(): Promise<void>
}

/** Starts the shop as a process of its own and waits until it listens. */
export async function startShopProcess({ environment, onTick, onLine }: ShopProcessOptions): Promise<ShopProcess> {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url))
  const child = spawn(process.execPath, [...V8_FLAGS, main], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const ended = endOf(child)
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', onLine)

  const listening = new Promise<Extract<ShopMessage, { kind: 'listening' }>>(resolve => {
    child.on('message', (message: ShopMessage) => {
      if (message.kind === 'tick') onTick(message.entry, message.arms)
      else resolve(message)
    })
  })
  const start = await Promise.race([listening, ended])
  if (typeof start === 'string') throw new Error(`the shop did not start: ${start}`)
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  return { url: start.url, ended, kill, [Symbol.asyncDispose]: () => stop(child, ended) }
}

async function endOf(child: ChildProcess): Promise<string> {
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return signal ? `ended by ${signal}` : `ended with exit code ${code}`
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const overdue = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS)
  await ended
  clearTimeout(overdue)
}
