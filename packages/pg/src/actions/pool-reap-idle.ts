import type { Action } from '@homeostat/optimizer'
import type { PgInstrumentation } from '../instrumentation.ts'
import { createIdleConnections, type IdleConnectionsOptions } from './idle-connections.ts'

/**
 * `pool.reapIdle`: closes idle connections, as `memory.cleanup` does too, for a response of your own: to a server that runs out of connections,
 * for example. Connections that are handed out are never closed, and a pool is left alone where closing would run code of the application;
 * see {@link createIdleConnections}.
 *
 * @example
 * ```ts
 * const response: Response = { to: { alert: 'ServerConnectionsShort' }, action: 'pool.reapIdle', priority: 'slo' }
 * ```
 */
export function createPoolReapIdle(instrumentation: PgInstrumentation, options: IdleConnectionsOptions = {}): Action {
  const connections = createIdleConnections(instrumentation, options)
  return {
    name: 'pool.reapIdle',
    scope: 'process',
    touches: ['pool'],
    raises: ['latency'],
    lowers: ['database', 'memory'],
    risk: 1,
    unready: () =>
      instrumentation.pools.some(({ idleCount }) => idleCount > 1)
        ? undefined
        : 'no pool of this process has more than one idle connection',
    run: context => connections.reclaim(context),
  }
}
