import type { CoordinatorCandidate } from '@homeostat/optimizer'
import type { PoolShape } from '../signals/driver.ts'
import { addressOf, formatAddress } from '../signals/pool-address.ts'
import { createPostgresCoordinator } from './postgres-coordinator.ts'
import type { CoordinatorPool } from './session.ts'

/** The application's pools, as places to coordinate at. */
export function postgresCandidates(pools: readonly PoolShape[], service: string): readonly CoordinatorCandidate[] {
  return pools.map(pool => ({
    engine: 'postgres',
    address: formatAddress(addressOf(pool.options)),
    create: () => createPostgresCoordinator({ pool: pool as unknown as CoordinatorPool, service }),
  }))
}
