import type { Store } from '@homeostat/promql'
import { steadyNow } from '@homeostat/optimizer/parts'
import { collectFrom } from './collect-metrics.ts'
import type { PerformanceMetrics } from './performance-metrics.ts'
import type { Query } from './query.ts'
import { createQuery } from './query.ts'
import { applicationExprs, applicationMetrics } from './application.ts'
import { databaseExprs, databaseMetrics } from './database.ts'
import { externalServiceExprs, externalServiceMetrics } from './external-services.ts'
import { systemExprs, systemMetrics } from './system.ts'

/** Answers `collectMetrics()` from the store. Make it early: the store keeps only series that somebody has asked for. */
export class PerformanceQuery {
  readonly #query: Query

  constructor(store: Store) {
    const exprs = [...systemExprs, ...applicationExprs, ...databaseExprs, ...externalServiceExprs]
    this.#query = createQuery(store, exprs, steadyNow)
  }

  collect(now: number): Promise<PerformanceMetrics> {
    const query = this.#query
    return collectFrom(
      {
        system: () => systemMetrics(query),
        application: () => applicationMetrics(query),
        database: () => databaseMetrics(query),
        externalServices: () => externalServiceMetrics(query),
      },
      now,
    )
  }
}
