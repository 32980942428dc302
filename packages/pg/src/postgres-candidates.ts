import type { ServerCandidate } from '@homeostat/optimizer'
import type { CoordinatorPool } from './coordinator/session.ts'
import type { PoolShape } from './signals/driver.ts'
import { addressOf, formatAddress } from './signals/pool-address.ts'

/** The application's pools, as servers that could do something for Homeostat. */
export function postgresCandidates<T>(
  pools: readonly PoolShape[],
  create: (pool: CoordinatorPool) => T,
): readonly ServerCandidate<T>[] {
  return pools.map(pool => ({
    engine: 'postgres',
    address: postgresAddress(pool),
    create: () => create(pool as unknown as CoordinatorPool),
  }))
}

/** Where a pool's database is, for people and to tell databases apart. */
export function postgresAddress({ options }: Pick<PoolShape, 'options'>): string {
  return formatAddress(addressOf(options))
}
