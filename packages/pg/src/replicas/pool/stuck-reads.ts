import { nextTurn } from '@homeostat/signals'
import { OWN_STATEMENT } from '../../signals/own-statement.ts'
import type { RoutablePool } from './driver-shapes.ts'
import { loadOf } from './pool-load.ts'
import type { Probe } from './probe.ts'
import type { Replica, RunningRead } from './replica.ts'

/**
 * Which of these processes of the server work on no statement: it has not arrived, its answer was lost on the way, or it waits for a lock,
 * as for a table that the primary has changed and whose change is not replayed yet. Without track_activities the state says nothing.
 */
const STUCK = `${OWN_STATEMENT} SELECT pid FROM pg_stat_activity
WHERE pid = ANY($1) AND (state LIKE 'idle%' OR wait_event_type = 'Lock')`

/** What the look needs. */
export interface StuckReadsOptions {
  readonly probe: Probe
  readonly now: () => number
  readonly primary: RoutablePool
  /** How long a read may take before it is looked at, and between two looks, in milliseconds. */
  readonly limitMs: number
}

/**
 * Moves reads to the primary that a replica keeps although it answers: those that have not been sent within the limit, and those that its
 * process does not work on. A statement that simply takes long is left alone, and so is a read that would wait longer for a connection
 * to the primary.
 *
 * @throws what the probe throws
 */
export async function moveStuckReads(
  replica: Replica,
  { probe, now, limitMs, primary }: StuckReadsOptions,
): Promise<void> {
  const before = now() - limitMs
  const sent = new Map<number, RunningRead>()
  // In the order of their start.
  for (const read of replica.reads) {
    if (read.startedAt > before) break
    if (!read.isSent && read.isConnected) move(replica, read, now())
    // The pool is busy, which says nothing of the server.
    else if (!read.isSent && loadOf(primary) < Math.max(1, loadOf(replica.pool))) process.nextTick(() => read.abandon())
    else if (read.backend !== undefined) sent.set(read.backend, read)
  }
  if (sent.size === 0 || replica.lookedAt > before) return
  replica.lookedAt = now()
  const received = new Map(Array.from(sent.values(), read => [read, read.received]))
  const rows = await probe.ask(STUCK, [[...sent.keys()]])
  // An answer may have arrived meanwhile, and wait to be read.
  await nextTurn()
  await nextTurn()
  for (const { pid } of rows) {
    const read = sent.get(Number(pid))
    // A large answer is still on its way when its process is done.
    if (read && replica.reads.has(read) && read.received === received.get(read)) move(replica, read, now())
  }
}

function move(replica: Replica, read: RunningRead, now: number): void {
  replica.breaker.failed(now)
  process.nextTick(() => read.abandon())
}
