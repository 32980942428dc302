import type { IncomingHttpHeaders } from 'node:http'

/** What an edge says of one answer: it had it, it fetched it, it keeps no such answers, or nothing. */
export type EdgeAnswer = 'hit' | 'miss' | 'bypass' | 'unknown'

const LONGEST = 1000

/** Words of Cloudflare, nginx, Varnish, Fastly, CloudFront, Akamai and Squid. A stale copy is a copy. */
const HIT =
  /\b(?:hit|stale|updating|revalidated|refreshhit|refresh_hit|tcp_hit|tcp_mem_hit|tcp_refresh_hit|tcp_ims_hit)\b/i
const MISS = /\b(?:miss|expired|tcp_miss|tcp_refresh_miss|tcp_expired_miss|refreshmiss)\b/i
const BYPASS = /\b(?:bypass|dynamic|none|pass|uncacheable|no-cache|tcp_client_refresh_miss|error)\b/i

/**
 * What the edge says about an answer, from the most exact header to the vaguest: `Cache-Status` (RFC 9211), `CF-Cache-Status`, `X-Cache`,
 * `X-Cache-Status`, then `Age`. Where several caches are in a row, the last one is the edge. `Age: 0` says nothing: the copy may be new.
 */
export function edgeAnswerOf(headers: IncomingHttpHeaders): EdgeAnswer {
  const status = lastMember(headers['cache-status'])
  if (status !== undefined) {
    const [, ...parameters] = status.split(';').map(part => part.trim().toLowerCase())
    if (parameters.some(parameter => parameter === 'hit' || parameter === 'hit=?1')) return 'hit'
    const forwarded = parameters.find(parameter => parameter.startsWith('fwd'))
    if (forwarded !== undefined) return /bypass|method|request/.test(forwarded) ? 'bypass' : 'miss'
  }
  for (const name of ['cf-cache-status', 'x-cache', 'x-cache-status']) {
    const word = lastMember(headers[name])
    if (word === undefined) continue
    if (HIT.test(word)) return 'hit'
    if (MISS.test(word)) return 'miss'
    if (BYPASS.test(word)) return 'bypass'
  }
  const age = lastMember(headers.age)
  return age !== undefined && /^\d{1,10}$/.test(age) && Number(age) > 0 ? 'hit' : 'unknown'
}

function lastMember(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header.join(',') : header
  if (text === undefined || text.length > LONGEST) return undefined
  const members = text
    .split(',')
    .map(member => member.trim())
    .filter(member => member !== '')
  return members.at(-1)
}
