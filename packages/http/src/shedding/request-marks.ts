import type { IncomingHttpHeaders } from 'node:http'

/** How a request is marked by its sender: as a repetition, or as one that can wait. */
export type RequestMark = 'retry' | 'low'

/** Headers in which clients and proxies count attempts from 0: a retry has at least 1. */
const RETRY_COUNTS = ['x-retry-count', 'retry-count', 'x-retry-attempt', 'grpc-previous-rpc-attempts'] as const
/** The same, counted from 1: Envoy, and gateways after its example. */
const ATTEMPTS = ['x-envoy-attempt-count', 'x-attempt'] as const
const AWS_ATTEMPT = /(?:^|;)\s*attempt=(\d{1,4})/
const URGENCY = /(?:^|[,\s])u=([0-7])(?:$|[,;\s])/
/** RFC 9218: 3 is the default, and 7 is background work. */
const LOW_URGENCY = 5

/**
 * What the headers say about the importance of a request. A sender can only lower it: whoever could raise it would.
 * `Sec-Purpose: prefetch` and `Purpose: prefetch` are the browser's, `Priority: u=7` is RFC 9218.
 */
export function markOf(headers: IncomingHttpHeaders): RequestMark | undefined {
  for (const name of RETRY_COUNTS) if (countOf(headers[name]) >= 1) return 'retry'
  for (const name of ATTEMPTS) if (countOf(headers[name]) >= 2) return 'retry'
  if (Number(AWS_ATTEMPT.exec(textOf(headers['amz-sdk-request']))?.[1]) >= 2) return 'retry'
  if (Number(URGENCY.exec(textOf(headers['priority']))?.[1]) >= LOW_URGENCY) return 'low'
  const purpose = textOf(headers['sec-purpose'] ?? headers['purpose'] ?? headers['x-moz'])
  return purpose.startsWith('prefetch') ? 'low' : undefined
}

function countOf(value: string | string[] | undefined): number {
  if (value === undefined) return 0
  const text = textOf(value)
  return text.length > 0 && text.length <= 6 ? Number(text) : 0
}

function textOf(value: string | string[] | undefined): string {
  const text = Array.isArray(value) ? value[0] : value
  return text === undefined || text.length > 200 ? '' : text
}
