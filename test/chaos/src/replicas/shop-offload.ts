import { setTimeout as delay } from 'node:timers/promises'
import type { ChaosRow } from '../chaos-run.ts'
import { cpuMsOf, ServedCluster } from './served-cluster.ts'

const CUSTOMERS = 2_000
const RATE_PER_SECOND = 40
const PRODUCTS = `SELECT p.id, p.name, count(o.id) AS sold FROM products p LEFT JOIN orders o ON o.product_id = p.id WHERE p.id BETWEEN $1 AND $1 + 3 GROUP BY p.id ORDER BY sold DESC`
const HISTORY = `SELECT o.id, o.total, p.name FROM orders o JOIN products p ON p.id = o.product_id WHERE o.customer_id = $1 ORDER BY o.placed_at DESC LIMIT 20`
const SPENT = `SELECT count(*) AS orders, coalesce(sum(total), 0) AS spent FROM orders WHERE customer_id = $1`
const ORDER = `INSERT INTO orders (customer_id, product_id, total) VALUES ($1, $2, $3) RETURNING id`

/** What the shop's customers do: most look, some order, and whoever has ordered sees the order at once. */
export async function shopOffload(seconds: number): Promise<ChaosRow> {
  await using cluster = await ServedCluster.start()
  const { primary } = cluster.servers
  await primary.query('CREATE TABLE products (id int PRIMARY KEY, name text)')
  await primary.query(
    'CREATE TABLE orders (id bigserial PRIMARY KEY, customer_id int, product_id int, total numeric(10, 2), placed_at timestamptz DEFAULT now())',
  )
  await primary.query(`INSERT INTO products SELECT i, 'product ' || i FROM generate_series(1, 200) i`)
  await primary.query(
    `INSERT INTO orders (customer_id, product_id, total) SELECT 1 + i % ${CUSTOMERS}, 1 + i % 200, i % 90 FROM generate_series(1, 200000) i`,
  )
  await primary.query('CREATE INDEX ON orders (customer_id, placed_at)')
  await primary.query('CREATE INDEX ON orders (product_id)')
  await primary.query('ANALYZE')
  await cluster.servers.caughtUp()
  // No server fails here: one that is slow to answer, as the machine is busy, is not to be left alone.
  const pool = await cluster.routedPool(10, { answerMs: 30_000 })
  for (const text of [PRODUCTS, HISTORY, SPENT]) await pool.routing.classify(text)
  const request = async (round: number): Promise<number> => {
    const customer = 1 + ((round * 7919) % CUSTOMERS)
    await pool.query(PRODUCTS, [1 + (round % 190)])
    await pool.query(SPENT, [customer])
    if (round % 10 !== 0) return 2
    await pool.query(ORDER, [customer, 1 + (round % 200), 10])
    await pool.query(HISTORY, [customer])
    return 3
  }
  const measure = async (
    weight: number,
  ): Promise<{ readonly cpuMs: number; readonly reads: number; readonly routed: number }> => {
    pool.routing.weight = weight
    const before = { cpu: await cpuMsOf(primary), routed: pool.routing.counts.routed }
    const startedAt = performance.now()
    const running: Promise<number>[] = []
    // The same number of requests in both halves, at the same rate.
    for (let round = 0; round < seconds * RATE_PER_SECOND; round++) {
      const waitMs = startedAt + (round * 1000) / RATE_PER_SECOND - performance.now()
      if (waitMs > 0) await delay(waitMs)
      running.push(pool.routing.run(() => request(round)))
    }
    const reads = (await Promise.all(running)).reduce((sum, each) => sum + each, 0)
    return { cpuMs: (await cpuMsOf(primary)) - before.cpu, reads, routed: pool.routing.counts.routed - before.routed }
  }
  await measure(1)
  const without = await measure(0)
  const routed = await measure(1)
  const offload = routed.routed / routed.reads
  const saved = 1 - routed.cpuMs / without.cpuMs
  return {
    run: 'replicas',
    case: "the shop's workload",
    goal: 'at least 80 % of reads offloaded, 40 % less CPU on the primary',
    reads: routed.reads,
    offload,
    refused: [...pool.routing.counts.refused].map(([reason, count]) => `${reason} ${count}`).join(', '),
    retried: pool.routing.counts.retried,
    primaryCpuMs: routed.cpuMs,
    primaryCpuMsWithout: without.cpuMs,
    saved,
    met: offload >= 0.8 && saved >= 0.4,
  }
}
