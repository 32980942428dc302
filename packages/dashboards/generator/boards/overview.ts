import { attributes as a, metrics as m } from '@homeostat/semconv'
import { type Board, lines, named, stat, states, table } from '../board.ts'
import { calls, count, quantile, rate, share, total, worst } from '../query.ts'

export const overview: Board = {
  id: 'overview',
  title: 'Homeostat overview',
  description: 'Whether a service keeps its promises, and what Homeostat sees and does about it.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat('Alerts firing', 'number', count(m.alerts, { by: [a.alert], where: { [a.alertState]: 'firing' } }), {
          red: 1,
        }),
        stat('Runs of actions', 'number', total(m.actionRuns)),
        stat('Verdicts', 'number', total(m.verdicts)),
        stat('Harmful', 'number', total(m.verdicts, { where: { [a.verdict]: 'harmful' } }), { red: 1 }),
        states('Alerts', 'number', worst(m.alerts, { by: [a.alert], where: { [a.alertState]: 'firing' } })),
      ],
    },
    {
      title: 'The service',
      panels: [
        lines('Requests', 'per second', [
          named('served', calls(m.httpServerDuration)),
          named('sent to others', calls(m.httpClientRequestDuration)),
        ]),
        lines('Duration of requests, 95th percentile', 'seconds', [
          named('served', quantile(0.95, m.httpServerDuration)),
          named('sent to others', quantile(0.95, m.httpClientRequestDuration)),
        ]),
        lines('Delay of the event loop', 'seconds', [
          named('99th percentile', worst(m.eventLoopDelayP99)),
          named('longest', worst(m.eventLoopDelayMax)),
        ]),
        lines('Use of limits', 'share', [
          named('CPU of the process', worst(m.processCpuUtilization)),
          named('event loop', worst(m.eventLoopUtilization)),
          named('memory', worst(m.memoryUtilization, { by: [a.memoryArea] })),
        ]),
        lines(
          'Cache hit ratio',
          'share',
          share(
            rate(m.cacheRequests, { by: [a.cacheName], where: { [a.cacheResult]: 'hit' } }),
            rate(m.cacheRequests, { by: [a.cacheName] }),
          ),
        ),
        lines('Oldest waiting job', 'seconds', worst(m.queueOldestWaitingAge, { by: [a.queueName] })),
        lines(
          'Duration of statements, 95th percentile',
          'seconds',
          quantile(0.95, m.dbOperationDuration, { by: [a.dbNamespace] }),
        ),
        lines('Requests that wait for a connection', 'number', worst(m.dbConnectionPending, { by: [a.dbPoolName] })),
      ],
    },
    {
      title: 'What was done',
      panels: [
        table('Verdicts', 'number', total(m.verdicts, { by: [a.actionName, a.verdict] })),
        lines(
          'Probability that a limit is reached',
          'share',
          worst(m.forecastProbability, { by: [a.forecastTarget, a.forecastHorizon] }),
        ),
      ],
    },
  ],
}
