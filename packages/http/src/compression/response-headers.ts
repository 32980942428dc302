import type { ServerResponse } from 'node:http'
import { listOf } from '../header-list.ts'

/** The headers of a response, as those of `node:http` are used. */
export type Headers = Pick<ServerResponse, 'getHeader' | 'hasHeader' | 'removeHeader' | 'setHeader'>

/** Adds `Accept-Encoding` to `Vary`, so that a cache keeps one copy for each coding (RFC 9110, 12.5.5). */
export function varyByEncoding(response: Headers): void {
  const vary = listOf(response.getHeader('Vary'))
  if (vary.includes('*') || vary.some(name => name.toLowerCase() === 'accept-encoding')) return
  response.setHeader('Vary', [...vary, 'Accept-Encoding'].join(', '))
}

/**
 * Makes a strong `ETag` weak: a compressed body is another sequence of bytes, and its bytes change with the level (RFC 9110, 8.8.3).
 * Everything that compares tags to answer a conditional GET compares them weakly.
 */
export function weakenTag(response: Headers): void {
  const tag = response.getHeader('ETag')
  if (typeof tag === 'string' && tag.startsWith('"')) response.setHeader('ETag', `W/${tag}`)
}

/**
 * What a 304 names must be the tag of the answer that the client keeps: the weak one where that was compressed.
 *
 * @param ifNoneMatch - of the request
 */
export function weakenKeptTag(response: Headers, ifNoneMatch: string | undefined): void {
  const tag = response.getHeader('ETag')
  if (typeof tag === 'string' && tag.startsWith('"') && listOf(ifNoneMatch).includes(`W/${tag}`)) weakenTag(response)
}

/** Describes a body that is compressed now: its length is not known yet, and ranges of it cannot be asked for. */
export function describeCompressed(response: Headers, coding: string): void {
  response.setHeader('Content-Encoding', coding)
  response.removeHeader('Content-Length')
  response.removeHeader('Accept-Ranges')
  weakenTag(response)
}

/** Whether `Cache-Control` forbids to change the body (RFC 9111, 5.2.2.6). */
export function forbidsTransform(cacheControl: unknown): boolean {
  return listOf(cacheControl).some(directive => directive.toLowerCase() === 'no-transform')
}
