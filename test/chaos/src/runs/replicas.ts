import type { ChaosRun } from '../chaos-run.ts'
import { failingReplicas } from '../replicas/failing-replicas.ts'
import { routingCost } from '../replicas/routing-cost.ts'
import { shopOffload } from '../replicas/shop-offload.ts'
import { staleReads } from '../replicas/stale-reads.ts'

export const run: ChaosRun = {
  name: 'replicas',
  about:
    'stale reads by strategy under pauses, restarts and a failover; errors while replicas fail; offload; cost of routing',
  async run({ short, report }) {
    for (const row of await routingCost(short ? 9 : 25)) report(row)
    report(await shopOffload(short ? 15 : 60))
    report(await failingReplicas(short ? 20_000 : 100_000))
    for (const row of await staleReads(short ? 10_000 : 1_000_000)) report(row)
  },
}
