import { startPostgresReplicas, type PostgresReplicas } from '@homeostat/services'
import { afterAll, beforeAll } from 'vitest'
import { createAccounts, routedPool, untilRouted, type RoutedTestPool } from './routed.ts'

/** A primary with two replicas and a pool that is routed already, for all tests of a file. */
export class RoutedServers {
  servers!: PostgresReplicas
  pool!: RoutedTestPool

  constructor() {
    beforeAll(async () => {
      this.servers = await startPostgresReplicas({ database: 'shop' })
      await createAccounts(this.servers)
      this.pool = await routedPool(this.servers)
      await untilRouted(this.pool)
    })
    // Either may be missing where the start has failed.
    afterAll(async () => {
      if (!(this.pool as RoutedTestPool | undefined)?.ended) await (this.pool as RoutedTestPool | undefined)?.end()
      await (this.servers as PostgresReplicas | undefined)?.[Symbol.asyncDispose]()
    })
  }
}
