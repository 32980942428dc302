import type { Response } from '@homeostat/optimizer'
import { leakedConnections, operationP95, pendingRequests, readTimeByArm } from './expressions.ts'
import { answersHeld, connectionsLeaked, locksHeld, poolExhausted, slowQueries, statementsRepeated } from './rules.ts'

/** Explains slow statements and names the index to create, when `SlowQueries` fires. */
export const optimizeSlowQueries: Response = {
  to: { alert: slowQueries.alert },
  action: 'query.optimize',
  priority: 'efficiency',
  cooldownMs: 300_000,
  timeoutMs: 10_000,
}

/** Names what is wrong beside slow statements: what is sent again and again, what holds the event loop, who holds a lock. */
export const explainStatements: readonly Response[] = [statementsRepeated, answersHeld, locksHeld].map(({ alert }) => ({
  ...optimizeSlowQueries,
  to: { alert },
}))

/**
 * Creates the index that a slow statement lacks, and keeps it where it helps. In use only with the option `createIndex`. The action compares
 * itself, with and without, so the response expects nothing; whatever else becomes slow meanwhile ends it.
 */
export const createIndexes: Response = {
  to: { alert: slowQueries.alert },
  action: 'query.createIndex',
  priority: 'efficiency',
  // The fleet's lease lasts as long.
  cooldownMs: 21_600_000,
  timeoutMs: 3_600_000,
  guards: [{ expr: operationP95, notWorseThan: 0.5, floor: 0.05 }],
}

/** Says who has the connections of a pool, and how many it needs. */
export const explainPools: readonly Response[] = [poolExhausted, connectionsLeaked].map(({ alert }) => ({
  to: { alert },
  action: 'pool.explain',
  priority: 'efficiency',
  cooldownMs: 300_000,
  timeoutMs: 10_000,
}))

/** Lets pools open more connections while calls wait for one. More of them cure no leak. */
export const raisePools: Response = {
  to: { alert: poolExhausted.alert },
  action: 'pool.max',
  options: { factor: 1.5 },
  priority: 'slo',
  cooldownMs: 120_000,
  requires: [
    {
      expr: `absent(max(${leakedConnections}) > 0)`,
      otherwise: 'connections of a pool are leaked: a larger pool would only leak more',
    },
  ],
  // One more, as nobody waits where it helps, and values are compared as ratios.
  expect: { expr: `max(${pendingRequests}) + 1`, direction: 'down', worth: 0.2, settleMs: 30_000, windowMs: 60_000 },
  guards: [{ expr: operationP95, notWorseThan: 0.5, floor: 0.05 }],
}

/** Lets the reads of a further quarter of the requests use replicas. Half of the requests keep their share until it is proven. */
export const offloadReads: readonly Response[] = [slowQueries, poolExhausted].map(({ alert }) => ({
  to: { alert },
  action: 'replica.weight',
  options: { by: 0.25 },
  priority: 'slo',
  cooldownMs: 120_000,
  expect: { expr: readTimeByArm, direction: 'down', worth: 0.1, settleMs: 15_000 },
  guards: [{ expr: operationP95, notWorseThan: 0.5, floor: 0.05 }],
  design: { kind: 'split', blocks: 10, blockMs: 30_000 },
}))

/** The responses of the pg domain. */
export const responses: readonly Response[] = [
  optimizeSlowQueries,
  ...explainStatements,
  ...explainPools,
  raisePools,
  ...offloadReads,
]
