import type { LagLimit } from './pool/lag-limit.ts'
import type { PositionMonitor } from './pool/position-monitor.ts'
import type { Promotions } from './pool/promotions.ts'
import type { Replica } from './pool/replica.ts'
import type { ReplicaShare } from './pool/replica-share.ts'
import type { RoutedPool } from './pool/routed-pool.ts'
import type { StatementRoutes } from './routing/statement-routes.ts'
import type { TokenSigner } from './tokens/read-token.ts'

/** What the routing of a pool is made of. */
export interface ReplicaRoutingParts {
  readonly routed: RoutedPool
  readonly monitor: PositionMonitor
  readonly replicas: readonly Replica[]
  readonly lag: LagLimit
  readonly promotions: Promotions
  readonly share: ReplicaShare
  readonly signer: TokenSigner | undefined
  readonly routes: () => StatementRoutes | undefined
  readonly ready: Promise<void>
  readonly stop: () => Promise<void>
}
