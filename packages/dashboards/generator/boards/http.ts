import { attributes as a, metrics as m } from '@homeostat/semconv'
import { type Board, lines, named, stacked, states } from '../board.ts'
import { calls, level, mean, processRate, quantile, rate, share, worst } from '../query.ts'

const SERVER = [a.serverAddress] as const
const ROUTE = [a.httpRoute] as const

export const http: Board = {
  id: 'http',
  title: 'Homeostat: HTTP and the network',
  description: 'Requests that the service answers, the services that it calls, and the link between them.',
  rows: [
    {
      title: 'Requests that the service answers',
      panels: [
        lines('Requests', 'per second', calls(m.httpServerDuration, { by: [a.httpRoute, a.httpResponseStatusCode] })),
        lines('Duration, 95th percentile', 'seconds', quantile(0.95, m.httpServerDuration, { by: ROUTE })),
        lines('In flight', 'number', level(m.httpServerActive)),
        stacked(
          'Time of the event loop, mean of the processes',
          'share',
          processRate(m.httpServerLoopTime, { by: ROUTE }),
        ),
        stacked('Bytes sent', 'bytes/s', rate(m.httpServerSent, { by: [a.httpContentKind] })),
        lines(
          'Share of bytes that compression leaves',
          'share',
          share(
            rate(m.httpCompressionSent, { by: [a.httpCoding] }),
            rate(m.httpCompressionPlain, { by: [a.httpCoding] }),
          ),
        ),
        lines(
          'Time of compression, mean of the processes',
          'share',
          processRate(m.httpCompressionDuration, { by: [a.httpCoding] }),
        ),
        lines('Level of compression', 'number', worst(m.httpCompressionStep)),
      ],
    },
    {
      title: 'Load shedding and warm edges',
      panels: [
        lines(
          'Requests refused',
          'per second',
          rate(m.httpShedRequests, { by: [a.httpRoute, a.httpShedReason, a.httpShedPriority, a.httpShedOutcome] }),
        ),
        lines('Most requests in flight', 'number', level(m.httpShedLimit, { as: 'min' })),
        states('Shedding', 'number', worst(m.httpShedActive)),
        lines('Requests that warm the edge', 'per second', rate(m.httpWarmingRequests, { by: [a.warmingResult] })),
        lines('Requests that the edge could have answered', 'per second', rate(m.httpWarmingMisses)),
      ],
    },
    {
      title: 'Services that are called',
      panels: [
        lines('Requests', 'per second', calls(m.httpClientRequestDuration, { by: SERVER })),
        lines('Duration, 95th percentile', 'seconds', quantile(0.95, m.httpClientRequestDuration, { by: SERVER })),
        lines('Failures', 'per second', rate(m.httpClientFailures, { by: [a.serverAddress, a.httpFailureClass] })),
        lines('Retries', 'per second', rate(m.httpClientRetries, { by: SERVER })),
        states('Health', 'number', worst(m.httpClientHealth, { by: [a.serverAddress, a.httpHealthState] })),
        states('Circuit breakers', 'number', worst(m.httpBreakerStatus, { by: [a.serverAddress, a.httpBreakerState] })),
        lines('Slower than usual by', 'factor', worst(m.httpClientSlowdown, { by: SERVER })),
        lines(
          'Calls that breakers refuse',
          'per second',
          rate(m.httpBreakerRefusals, { by: [a.serverAddress, a.trialArm] }),
        ),
        lines(
          'Time in which a breaker refused needlessly, mean of the processes',
          'share',
          processRate(m.httpBreakerNeedlessTime, { by: SERVER }),
        ),
        lines('Guarded calls', 'per second', rate(m.httpGuardedCalls, { by: [a.serverAddress, a.httpCallResult] })),
        lines(
          'Duration of guarded calls, 99th percentile',
          'seconds',
          quantile(0.99, m.httpGuardedDuration, { by: SERVER }),
          { width: 24 },
        ),
      ],
    },
    {
      title: 'Connections to them',
      panels: [
        lines('In flight and waiting', 'number', [
          named('in flight', level(m.httpClientActiveRequests, { by: SERVER })),
          named('waiting', level(m.httpClientPendingRequests, { by: SERVER })),
        ]),
        lines('Connections', 'number', [
          named('open', level(m.httpClientOpenConnections, { by: [a.serverAddress, a.httpConnectionState] })),
          named('limit', level(m.httpClientConnectionLimit, { by: SERVER })),
        ]),
        lines(
          'Time to connect, 95th percentile',
          'seconds',
          quantile(0.95, m.httpClientConnectDuration, { by: SERVER }),
        ),
        lines('Time in the queue for a connection, mean', 'seconds', mean(m.httpClientQueueDuration, { by: SERVER })),
        lines(
          'Look-ups of names, 95th percentile',
          'seconds',
          quantile(0.95, m.dnsLookupDuration, { by: [a.dnsQuestionName] }),
          { width: 24 },
        ),
      ],
    },
    {
      title: 'Network',
      panels: [
        lines('Bytes', 'bytes/s', rate(m.networkIo, { by: [a.networkIoDirection] })),
        lines('Share of the link', 'share', worst(m.networkUtilization, { by: [a.networkIoDirection] }), { red: 0.8 }),
        lines('TCP segments that are sent again', 'share', share(rate(m.networkRetransmits), rate(m.networkSegments))),
        lines('Speed of the link', 'bytes/s', level(m.networkLinkSpeed, { as: 'min', by: [a.limitSource] })),
      ],
    },
  ],
}
