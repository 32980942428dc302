import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AcceptedCodings } from './accepted-coding.ts'
import { IDENTITY } from './coding.ts'
import { essenceOf, isCompressibleType } from '../server/compressible-type.ts'
import { routeNameOf } from '../server/routes/route-name.ts'
import type { BodyPlan, Compression } from './compression.ts'
import { forbidsTransform, varyByEncoding, weakenKeptTag } from './response-headers.ts'

/** What decides about a body beside the request and the response. */
export interface ChoiceTerms {
  readonly compression: Compression
  readonly accepted: AcceptedCodings
  /** Smaller bodies are sent as they are, in bytes. */
  readonly threshold: number
  /** The route as an option of the adapter says it. */
  readonly ownRoute: (request: IncomingMessage) => string | undefined
  /** Whether an option of the adapter excludes the response. */
  readonly isExcluded: (request: IncomingMessage, response: ServerResponse) => boolean
}

/** Digests of the bytes that are sent: the application has computed them over the body as it is (RFC 9530; RFC 1864). */
const DIGESTS = ['Content-Digest', 'Repr-Digest', 'Digest', 'Content-MD5']

/**
 * How a body is to be sent, and `Vary` where that depends on the request; undefined when compression has nothing to do with it. To be
 * called once, right before the headers are sent.
 *
 * @param bytes - of the whole body; undefined: not known
 * @param url - of the request, before anybody could change it
 */
export function chooseBody(
  terms: ChoiceTerms,
  request: IncomingMessage,
  response: ServerResponse,
  bytes: number | undefined,
  url: string | undefined,
): BodyPlan | undefined {
  const { statusCode } = response
  if (statusCode === 304) {
    if (!forbidsTransform(response.getHeader('Cache-Control'))) {
      varyByEncoding(response)
      weakenKeptTag(response, request.headers['if-none-match'])
    }
    return undefined
  }
  const essence = essenceOf(response.getHeader('Content-Type'))
  if (!mayChange(statusCode, response) || !isCompressibleType(essence)) return undefined
  const { compression, accepted, threshold } = terms
  const own = terms.ownRoute(request)
  const learned = routeNameOf(request, response)
  const route = own ?? learned
  if (compression.excluded.has(own, learned, request, url) || terms.isExcluded(request, response))
    return compression.plan(route, undefined, undefined, essence)
  varyByEncoding(response)
  const length = bytes ?? lengthOf(response.getHeader('Content-Length'))
  const coding =
    length !== undefined && length < threshold ? undefined : accepted.of(headerOf(request.headers['accept-encoding']))
  return compression.plan(route, coding, undefined, essence)
}

/** Whether the bytes of a body are named in its headers: those of a part of it (RFC 9110, 14), or a digest of them. */
export function areBytesNamed(status: number, response: Pick<ServerResponse, 'hasHeader'>): boolean {
  return status === 206 || response.hasHeader('Content-Range') || DIGESTS.some(name => response.hasHeader(name))
}

/** Whether the response has a body that nobody has encoded, cut or signed. */
function mayChange(status: number, response: ServerResponse): boolean {
  if (status < 200 || status === 204 || status === 205 || areBytesNamed(status, response)) return false
  const encoding = response.getHeader('Content-Encoding')
  if (encoding !== undefined && String(encoding).toLowerCase() !== IDENTITY) return false
  const transfer = response.getHeader('Transfer-Encoding')
  if (transfer !== undefined && String(transfer).toLowerCase() !== 'chunked') return false
  return !forbidsTransform(response.getHeader('Cache-Control'))
}

function lengthOf(header: unknown): number | undefined {
  const length = Number(header ?? NaN)
  return Number.isSafeInteger(length) && length >= 0 ? length : undefined
}

function headerOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value.join(',') : value
}
