import { counted, sleep } from '@homeostat/signals'
import type { ActionContext, Reclaimer } from '@homeostat/optimizer'
import type { PgInstrumentation } from '../instrumentation.ts'
import { closeIdleClient, obstacleOf } from './idle-client.ts'
import type { IdlePool } from './idle-client.ts'
import { describeProblem } from './problem.ts'

/** Each connection that is closed is a process less on the server, and one to be opened again: few in one run, far apart. */
const MAX_CLOSED_PER_RUN = 8
const PAUSE_MS = 250

/** Options of the action that closes idle connections. */
export interface IdleConnectionsOptions {
  /** Milliseconds between two connections that are closed. @default 250 */
  readonly pauseMs?: number
}

/**
 * Closes idle connections of pools that nobody waits for, down to the pool's own `min` and never the last one, those first
 * that have been idle longest. It frees memory mostly on the server, where each connection is a process.
 *
 * No connection is taken from the pool for that, so no code of the application runs: pg-pool's own method for connections
 * past their idle time is used. A pool is left alone, and the receipt says why, when closing would run code of the
 * application (handlers of its events, methods of a subclass) or when its pg-pool is not built as expected.
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
          const { closed, obstacle } = await drain(pool, MAX_CLOSED_PER_RUN - connections)
          connections += closed
          if (closed > 0) pools++
          if (obstacle !== undefined) problems.push(`the idle connections of one pool stay open: ${obstacle}`)
        } catch (error) {
          problems.push(describeProblem('idle connections', error))
        }
      }
      return {
        summary: `closed ${counted(connections, 'idle connection')} of ${counted(pools, 'pool')}`,
        effects: { connections },
        ...(problems.length > 0 ? { problems } : undefined),
      }

      async function drain(pool: IdlePool, max: number): Promise<{ closed: number; obstacle?: string }> {
        const keep = Math.max(1, pool.options?.min ?? 0)
        let closed = 0
        while (closed < max && !signal.aborted && !pool.ending && pool.idleCount > keep && pool.waitingCount === 0) {
          // Looked at each time: the application may have added a handler during the pause.
          const obstacle = obstacleOf(pool, instrumentation) ?? closeIdleClient(pool, instrumentation)
          if (obstacle !== undefined) return { closed, obstacle }
          closed++
          await pause(pauseMs, signal)
        }
        return { closed }
      }
    },
  }
}

/** An aborted pause ends like any other: the loop looks at the signal. */
function pause(ms: number, signal: ActionContext['signal']): Promise<void> {
  return sleep(ms, { signal }).catch(() => undefined)
}
