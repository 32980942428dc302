import type { Loop } from '@homeostat/optimizer'
import { BoundedMap, every, timeoutSignal } from '@homeostat/signals'
import { DedicatedClient } from '../actions/dedicated-client.ts'
import type { PgInstrumentation } from '../instrumentation.ts'
import type { Database } from '../signals/database.ts'
import { databaseOf, originOfPool, type Origin } from '../signals/origin.ts'
import { readLockWaits, type LockWait } from './lock-waits.ts'
import type { SeenLockWaits } from './seen-lock-waits.ts'

/** How often the process looks at its own statements under way: as seldom as the engine wakes it anyway. */
const LOOK_MS = 5_000
/** Each database is asked no more often; and less and less often while nothing waits for a lock there, or it does not answer. */
const ASK_MS = 10_000
const LONGEST_MS = 80_000
/** How long an answer may take, and all of it with the connection. */
const LIMIT = '200ms'
const ALL_MS = 3_000
const MOST_DATABASES = 1000

interface Due {
  readonly at: number
  readonly againMs: number
}

/** How often the process looks, and by which clock the waits between two questions pass. */
export interface LockWatchPace {
  readonly clock?: () => number
  readonly lookMs?: number
}

/**
 * Asks a database who waits for a lock there, and for whom, while a statement of this process is under way for longer than the slow ones are. It
 * reads alone, on a connection of its own that is closed at once, and writes nothing anywhere. Not at all in a mode that gives no advice.
 */
export function followLockWaits(
  instrumentation: PgInstrumentation,
  loop: Loop,
  seen: SeenLockWaits,
  { clock = () => performance.now(), lookMs = LOOK_MS }: LockWatchPace = {},
): Disposable {
  const due = new BoundedMap<string, Due>(MOST_DATABASES)
  const ending = new AbortController()
  const isAdvising = (): boolean => ['advise', 'act'].includes(loop.modeNow?.('query.optimize') ?? 'off')

  const ask = async (origin: Origin, database: Pick<Database, 'recordLockWaits'>): Promise<void> => {
    const key = databaseOf(origin)
    const known = due.get(key)
    if (clock() < (known?.at ?? -Infinity)) return
    const laterMs = Math.min(2 * (known?.againMs ?? ASK_MS / 2), LONGEST_MS)
    due.set(key, { at: clock() + laterMs, againMs: laterMs })
    const waits = await lockWaitsOf(origin, instrumentation, ending.signal)
    seen.note(origin, waits, clock())
    if (waits.length === 0) return
    due.set(key, { at: clock() + ASK_MS, againMs: ASK_MS / 2 })
    database.recordLockWaits(waits.reduce((sum, { sessions }) => sum + sessions, 0))
  }
  const looking = every(
    lookMs,
    async () => {
      if (!isAdvising()) return
      for (const [pool, database] of instrumentation.overduePools(performance.now())) {
        if (ending.signal.aborted) return
        // One that cannot be asked must not keep the others waiting; why, `query.optimize` says when it asks the same server.
        await ask(originOfPool(pool), database).catch(() => {})
      }
    },
    error => instrumentation.registry.faults.report('action', error),
  )
  return {
    [Symbol.dispose]() {
      looking[Symbol.dispose]()
      ending.abort()
    },
  }
}

async function lockWaitsOf(
  origin: Origin,
  instrumentation: PgInstrumentation,
  signal: AbortSignal,
): Promise<readonly LockWait[]> {
  const until = AbortSignal.any([signal, timeoutSignal(ALL_MS)])
  const client = await DedicatedClient.connect(origin, until, own => instrumentation.ignore(own))
  try {
    return await client.inReadOnlyTransaction(async () => {
      await client.query("SELECT pg_catalog.set_config('statement_timeout', $1, true)", [LIMIT])
      return readLockWaits(client)
    })
  } finally {
    await client.close()
  }
}
