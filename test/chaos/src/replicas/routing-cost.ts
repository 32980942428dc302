import { setTimeout as delay } from 'node:timers/promises'
import type { ChaosRow } from '../chaos-run.ts'
import { ServedCluster } from './served-cluster.ts'
import { READ } from './write-then-read.ts'

/** What routing costs on a text that is known, and what it adds to a read in CPU time of the process and in statements on the replica. */
export async function routingCost(rounds: number): Promise<readonly ChaosRow[]> {
  await using cluster = await ServedCluster.start()
  const { primary, replicas } = cluster.servers
  await primary.query('CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL)')
  await primary.query('INSERT INTO accounts SELECT i, 0 FROM generate_series(1, 1000) i')
  await cluster.servers.caughtUp()
  const pool = await cluster.routedPool(4, { replicas: [replicas[0]!.url] })
  const bare = cluster.replicaPool(replicas[0]!, 4)
  await pool.routing.classify(READ)
  while (pool.routing.counts.routed === 0) {
    await pool.query(READ, [1])
    await delay(10)
  }
  const nanoseconds: number[] = []
  for (let round = 0; round < 20; round++) {
    await pool.query(READ, [1])
    await delay(60)
    const startedAt = performance.now()
    for (let each = 0; each < 100_000; each++) pool.routing.placeOf(READ)
    nanoseconds.push((performance.now() - startedAt) * 10)
  }
  const cpu = async (query: () => Promise<unknown>): Promise<number> => {
    const before = process.cpuUsage()
    for (let each = 0; each < 500; each++) await query()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 500
  }
  const ratios: number[] = []
  const costs: { readonly bare: number; readonly routed: number }[] = []
  const commits = async (): Promise<number> =>
    Number((await replicas[0]!.query(`SELECT xact_commit AS n FROM pg_stat_database WHERE datname = 'shop'`))[0]?.['n'])
  await cpu(() => pool.query(READ, [1]))
  await cpu(() => bare.query(READ, [1]))
  for (let round = 0; round < rounds; round++) {
    const routed = await cpu(() => pool.query(READ, [1]))
    const plain = await cpu(() => bare.query(READ, [1]))
    ratios.push(routed / plain)
    costs.push({ bare: plain, routed })
  }
  await delay(1_500)
  const before = { commits: await commits(), routed: pool.routing.counts.routed, at: performance.now() }
  for (let each = 0; each < 4_000; each++) await pool.query(READ, [1])
  const seconds = (performance.now() - before.at) / 1000
  await delay(1_500)
  const statements = (await commits()) - before.commits
  const reads = pool.routing.counts.routed - before.routed
  // Positions are asked for 20 times per second at most, and those that count the commits count too.
  const perRead = (statements - (seconds + 1.5) * 20 - 10) / reads
  const ns = median(nanoseconds)
  const ratio = median(ratios)
  return [
    { run: 'replicas', case: 'routing a known text', goal: 'at most 500 ns', ns, met: ns <= 500 },
    {
      run: 'replicas',
      case: 'a routed read beside a bare one',
      goal: 'at most 10 % more CPU',
      ratio,
      bareMicros: median(costs.map(each => each.bare)),
      routedMicros: median(costs.map(each => each.routed)),
      met: ratio <= 1.1,
    },
    {
      run: 'replicas',
      case: 'statements on the replica per read',
      goal: 'no extra round trip',
      reads,
      perRead,
      met: perRead <= 1.05,
    },
  ]
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
