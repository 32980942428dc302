import { attributes as a, metrics as m } from '@homeostat/semconv'
import { type Board, lines, named, stacked, table } from '../board.ts'
import { calls, level, mean, quantile, rate, total, worst } from '../query.ts'

const POOL = [a.dbPoolName] as const

export const database: Board = {
  id: 'database',
  title: 'Homeostat: Postgres',
  description: 'Statements, slow queries, connection pools and replicas, measured in the client.',
  rows: [
    {
      title: 'Statements',
      panels: [
        lines('Statements', 'per second', calls(m.dbOperationDuration, { by: [a.dbNamespace, a.errorType] })),
        lines('Duration', 'seconds', [
          named('95th percentile', quantile(0.95, m.dbOperationDuration, { by: [a.dbNamespace] })),
          named('mean', mean(m.dbOperationDuration, { by: [a.dbNamespace] })),
        ]),
        table('Slow statements', 'number', total(m.dbSlowQueries, { by: [a.dbNamespace, a.dbQuerySummary] }), {
          width: 24,
        }),
        lines(
          'Requests that repeat a statement, as followed',
          'per second',
          calls(m.dbRepeatedDuration, { by: [a.dbHolder, a.dbQuerySummary] }),
        ),
        lines(
          'Time of one request in a statement that it repeats',
          'seconds',
          mean(m.dbRepeatedDuration, { by: [a.dbHolder, a.dbQuerySummary] }),
        ),
        lines(
          'Statements that were slow because the event loop was held',
          'number',
          total(m.dbHeldAnswers, { by: [a.dbNamespace] }),
        ),
        lines('Sessions seen waiting for a lock', 'number', total(m.dbLockWaits, { by: [a.dbNamespace] })),
      ],
    },
    {
      title: 'Pools',
      panels: [
        stacked('Connections', 'number', level(m.dbConnectionCount, { by: [a.dbPoolName, a.dbConnectionState] })),
        lines('Connections: limit, busy and needed', 'number', [
          named('limit', level(m.dbConnectionLimit, { by: POOL })),
          named('busy', level(m.dbPoolBusy, { by: POOL })),
          named('needed', level(m.dbPoolNeeded, { by: POOL })),
        ]),
        lines('Requests that wait', 'number', level(m.dbConnectionPending, { by: POOL }), { red: 1 }),
        lines('Wait for a connection', 'seconds', [
          named('95th percentile', quantile(0.95, m.dbConnectionWaitTime, { by: POOL })),
          named('mean', mean(m.dbConnectionWaitTime, { by: POOL })),
        ]),
        lines('Use of a connection, 95th percentile', 'seconds', quantile(0.95, m.dbConnectionUseTime, { by: POOL })),
        lines(
          'Time to open a connection, 95th percentile',
          'seconds',
          quantile(0.95, m.dbConnectionCreateTime, { by: POOL }),
        ),
        stacked('Connections held by', 'number', rate(m.dbConnectionHeld, { by: [a.dbPoolName, a.dbHolder] })),
        lines('Timeouts and leaks', 'number', [
          named('timeouts per second', rate(m.dbConnectionTimeouts, { by: POOL })),
          named('leaked', level(m.dbConnectionLeaked, { by: POOL })),
        ]),
        lines('Time until all connections are in use', 'seconds', level(m.dbPoolSaturation, { as: 'min', by: POOL }), {
          width: 24,
        }),
      ],
    },
    {
      title: 'Replicas',
      panels: [
        lines('Reads', 'per second', rate(m.replicaReads, { by: POOL })),
        lines('Why statements ran on the primary', 'per second', rate(m.replicaRefusals, { by: [a.replicaRefusal] })),
        lines('Age of the data', 'seconds', worst(m.replicaLag, { by: POOL })),
        lines('Share of reads, and of requests that may', 'share', [
          named('reads that replicas answer', level(m.replicaOffload, { as: 'avg' })),
          named('requests that may use replicas', level(m.replicaWeight, { as: 'avg' })),
        ]),
        lines('Waits for a replica', 'per second', [
          named('reads that waited', rate(m.replicaWaits)),
          named('seconds', rate(m.replicaWaited)),
        ]),
        lines('Repeated on the primary, and promotions', 'per second', [
          named('reads', rate(m.replicaRetries)),
          named('promotions', rate(m.replicaPromotions)),
        ]),
      ],
    },
  ],
}
