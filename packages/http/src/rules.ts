import type { Rule } from '@homeostat/optimizer'
import { attributes, promName } from '@homeostat/semconv'
import { breakerRules } from './breaker/breaker-responses.ts'
import { compressionRules } from './compression/compression-rules.ts'
import { warmingRules } from './warming/warming-rules.ts'
import { serviceRules } from './services/service-rules.ts'
import { linkUtilization, requestsRefused, retransmittedShare, sentSegments } from './expressions.ts'

const DIRECTION = promName(attributes.networkIoDirection)

/** Fewer segments per second than this say nothing about the link: one lost packet of a quiet process is not a bottleneck. */
const LEAST_SEGMENTS_PER_SECOND = 50

/** Fires when the link is nearly full, or loses so much that senders wait for what they have to repeat. */
const networkBottleneck: Rule = {
  alert: 'NetworkBottleneck',
  expr: `${linkUtilization} > 0.8 or (${retransmittedShare} > 0.02 and ${sentSegments} > ${LEAST_SEGMENTS_PER_SECOND})`,
  for: '1m',
  keepFiringFor: '1m',
  labels: { severity: 'medium' },
  annotations: {
    summary: `{{ if $labels.${DIRECTION} }}the link is at {{ $value | humanizePercentage }} of its speed ({{ $labels.${DIRECTION} }}){{ else }}{{ $value | humanizePercentage }} of the TCP segments have to be sent again{{ end }}`,
    description:
      'Responses wait for the network. Compress them, send less, or choose an instance type with more bandwidth. Segments that are sent again point at a lossy path, a full queue, or the packet limits of the instance type.',
  },
}

/** Fires while load shedding refuses requests, and names the route and the reason. */
const requestsShed: Rule = {
  alert: 'RequestsShed',
  expr: `${requestsRefused} > 0`,
  for: '5s',
  keepFiringFor: '30s',
  labels: { severity: 'high' },
  annotations: {
    summary: `{{ $value | printf "%.1f" }} requests per second of {{ with $labels.${promName(attributes.httpRoute)} }}{{ . }}{{ else }}no known route{{ end }} are refused, since {{ if eq $labels.${promName(attributes.httpShedReason)} "loop" }}the event loop gets more work than it can do{{ else }}too many requests are in flight{{ end }}`,
    description:
      'Load is shed so that the other requests are answered in time. Add instances, or make the route cheaper that takes the loop: compare homeostat.http.server.loop.time by route. With too many in flight, look at what they wait for.',
  },
}

/** The rules of the HTTP domain. */
export const rules: readonly Rule[] = [
  networkBottleneck,
  requestsShed,
  ...compressionRules,
  ...warmingRules,
  ...serviceRules,
  ...breakerRules,
]
