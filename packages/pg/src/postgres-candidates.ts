import type { ServerCandidate, ServerEngine, ServerIdentity } from '@homeostat/optimizer/engines'
import { ServerIdentities } from '@homeostat/optimizer/engines'
import type { CoordinatorPool } from './coordinator/session.ts'
import { onConnection } from './coordinator/session.ts'
import type { PoolShape } from './signals/driver.ts'
import { OWN_STATEMENT } from './signals/own-statement.ts'
import { addressOf, formatAddress } from './signals/pool-address.ts'

/** The kind of server behind the pools. */
export const POSTGRES: ServerEngine = { name: 'postgres', title: 'Postgres' }

/** How long a server may take to say which one it is. */
const ASK_MS = 1000

const WHO = `${OWN_STATEMENT} SELECT system_identifier::text || '/' || current_database() AS id,
pg_is_in_recovery() AS is_standby FROM pg_control_system()`

/** The application's pools, as servers that could do something for Homeostat. */
export class PostgresCandidates {
  readonly #identities: ServerIdentities<PoolShape>

  constructor(onError: (error: unknown) => void) {
    this.#identities = new ServerIdentities({ ask: whoIs, onError })
  }

  /** @param pools - those that have had an answer */
  of<T>(pools: readonly PoolShape[], create: (pool: CoordinatorPool) => T): readonly ServerCandidate<T>[] {
    return this.#identities.tellApart(
      pools.map(pool => {
        const own = (): T => create(pool as unknown as CoordinatorPool)
        return [pool, { engine: POSTGRES.name, address: postgresAddress(pool), create: own }] as const
      }),
    )
  }
}

/** Where a pool's database is, for people and to distinguish databases. */
export function postgresAddress({ options }: Pick<PoolShape, 'options'>): string {
  return formatAddress(addressOf(options))
}

async function whoIs(pool: PoolShape): Promise<ServerIdentity | undefined> {
  const [row] = await onConnection(pool as unknown as CoordinatorPool, ASK_MS, query => query(WHO))
  const id = row?.['id']
  return typeof id === 'string' ? { id, isWritable: row?.['is_standby'] !== true } : undefined
}
