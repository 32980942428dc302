import type { ActionContext, Reclaimer } from '@homeostat/optimizer'
import { sleep } from '@homeostat/signals'
import type { PgInstrumentation } from '../instrumentation.ts'
import type { PoolShape } from '../signals/driver.ts'
import { describeProblem } from './problem.ts'

/** pg-pool hands out its last used connection first, so each round may meet a real request: few rounds, far apart. */
const MAX_CLOSED_PER_RUN = 8
const PAUSE_MS = 250

export interface IdleConnectionsOptions {
  /** Milliseconds between two connections that are closed. @default 250 */
  readonly pauseMs?: number
}

/**
 * Closes idle connections of pools that nobody waits for, down to the pool's own `min` and never the last one. Pools have
 * no method for that, but a connection that is taken and released with `true` is closed instead of kept. It frees memory
 * mostly on the server, where each connection is a process.
 */
export function createIdleConnections(
  instrumentation: PgInstrumentation,
  options: IdleConnectionsOptions = {},
): Reclaimer {
  const { pauseMs = PAUSE_MS } = options
  return {
    name: 'idle pool connections',
    reclaim: async ({ signal }) => {
      let connections = 0
      let pools = 0
      const problems: string[] = []
      for (const pool of instrumentation.pools) {
        try {
          const closed = await drain(pool, MAX_CLOSED_PER_RUN - connections, pauseMs, signal)
          connections += closed
          if (closed > 0) pools++
        } catch (error) {
          problems.push(describeProblem('idle connections', error))
        }
      }
      return {
        summary: `closed ${counted(connections, 'idle connection')} of ${counted(pools, 'pool')}`,
        effects: { connections },
        ...(problems.length > 0 ? { problems } : undefined),
      }
    },
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

async function drain(pool: PoolShape, max: number, pauseMs: number, signal: ActionContext['signal']): Promise<number> {
  const keep = Math.max(1, pool.options?.min ?? 0)
  let closed = 0
  while (closed < max && !signal.aborted && !pool.ending && pool.idleCount > keep && pool.waitingCount === 0) {
    const client = await pool.connect()
    // A request that came meanwhile gets this connection rather than a new one.
    const isWanted = pool.waitingCount > 0 || pool.totalCount <= keep
    client.release(!isWanted)
    if (isWanted) break
    closed++
    // An aborted pause ends the loop.
    await sleep(pauseMs, { signal }).catch(() => {})
  }
  return closed
}
