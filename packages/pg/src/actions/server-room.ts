import { originOfPool } from '../signals/origin.ts'
import type { PgInstrumentation } from '../instrumentation.ts'
import type { PoolShape } from '../signals/driver.ts'
import { DedicatedClient } from './dedicated-client.ts'

/** The connections that a server allows and has. */
export interface ServerRoom {
  /** `max_connections` without those that are reserved for superusers. */
  readonly most: number
  /** Connections of clients that are open now, of all processes and services. */
  readonly open: number
}

/** So much of what a server allows stays free, for migrations, monitoring and people. */
const RESERVED_SHARE = 0.1

const ROOM = `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS most,
  (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS open`

/**
 * Asks the server of a pool, on a connection of its own.
 *
 * @throws the driver's error when it does not answer, the signal's reason when it was aborted
 */
export async function readServerRoom(
  pool: PoolShape,
  instrumentation: PgInstrumentation,
  signal: AbortSignal,
): Promise<ServerRoom> {
  const client = await DedicatedClient.connect(originOfPool(pool), signal, own => instrumentation.ignore(own))
  try {
    const [row] = await client.query(ROOM)
    // Without the one that asks.
    return { most: Number(row?.['most']), open: Number(row?.['open']) - 1 }
  } finally {
    await client.close()
  }
}

/**
 * How many connections this process may open beyond those it has: an equal share of what is free. Each process is taken to have as many
 * as this one, so that all of them together stay within the server's limit when they do the same.
 *
 * @param own - connections that this process has
 */
export function shareOfRoom({ most, open }: ServerRoom, own: number): number {
  const free = Math.floor(most * (1 - RESERVED_SHARE)) - open
  const processes = Math.max(1, Math.ceil(open / Math.max(1, own)))
  return Math.max(0, Math.floor(free / processes))
}
