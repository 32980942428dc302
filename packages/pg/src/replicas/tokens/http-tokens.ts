import {
  checkedOptions,
  either,
  exactly,
  group,
  text,
  wholeNumber,
  withCheck,
  type OptionSchema,
} from '@homeostat/signals/options'
import { GivenHeaders } from './given-headers.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** Options of the middleware. */
export interface HttpTokenOptions {
  /** Name of the cookie that carries the token from one request of a user to the next; false for none. @default 'homeostat_read' */
  readonly cookie?: string | false
  /** Name of a header that carries it in both directions, for clients without cookies; false for none. @default 'x-homeostat-read' */
  readonly header?: string | false
  /** How long the browser keeps the cookie, in seconds. Longer than replicas may lag. @default 60 */
  readonly maxAgeSeconds?: number
}

/** A token of RFC 9110: what a name of a cookie or a header consists of. */
const NAME = /^[!#$%&'*+.^_`|~\w-]+$/
const nameOf = (what: string, standard: string): OptionSchema<string | false> =>
  either(
    [
      exactly(false, { description: 'none' }),
      withCheck(text({ description: 'a name' }), name =>
        NAME.test(name) ? undefined : 'has characters that no such name has',
      ),
    ],
    { default: standard, description: `the name of the ${what} that carries the token` },
  )
const settings = group<HttpTokenOptions>(
  {
    cookie: nameOf('cookie', 'homeostat_read'),
    header: nameOf('header', 'x-homeostat-read'),
    maxAgeSeconds: wholeNumber({
      least: 1,
      most: 86_400,
      unit: 's',
      default: 60,
      description: 'how long the browser keeps the cookie',
    }),
  },
  { description: 'how requests carry tokens' },
)

/** What carries tokens for the middleware. */
export interface TokenCarrier {
  run<T>(work: () => T, token?: string): T
  /** What the answer to the present request gives its client; undefined without anything to give. */
  answer(): TokenAnswer | undefined
}

/** A token for the client of a request. */
export interface TokenAnswer {
  readonly token: string
  /** Whether it is another one than the client has, for which it has to keep it anew. */
  readonly isNews: boolean
}

/** Middleware for Express, Connect, Fastify's `onRequest` by way of `@fastify/middie`, and plain `node:http`. */
export type TokenMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** A context per request; its token comes with the request and goes with the response. */
export function httpTokens(carrier: TokenCarrier, options?: HttpTokenOptions): TokenMiddleware {
  const {
    cookie = 'homeostat_read',
    header = 'x-homeostat-read',
    maxAgeSeconds = 60,
  } = checkedOptions(settings, options ?? {}, 'middleware')
  return (request, response, next) => {
    const ofHeader = header === false ? undefined : oneOf(request.headers[header.toLowerCase()])
    const ofCookie = cookieOf(request, cookie)
    const work = (): void => {
      if (header !== false || cookie !== false)
        beforeHead(response, args => {
          const answer = carrier.answer()
          if (answer === undefined) return
          const { token, isNews } = answer
          const given = new GivenHeaders(args)
          // A client without cookies has the header of the last answer only.
          if (header !== false) {
            given.delete(header)
            response.setHeader(header, token)
          }
          if (cookie === false || !isNews) return
          const ours = `${cookie}=${token}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax`
          if (!given.append('set-cookie', ours)) response.appendHeader('set-cookie', ours)
        })
      next()
    }
    // Either may be the newer one.
    const both = ofHeader && ofCookie && ofHeader !== ofCookie
    carrier.run(both ? () => carrier.run(work, ofCookie) : work, ofHeader || ofCookie || undefined)
  }
}

/** Calls once before the head of the response is sent, in the context of now, with the arguments of `writeHead()`. */
function beforeHead(response: ServerResponse, add: (args: unknown[]) => void): void {
  const writeHead = Reflect.get(response, 'writeHead') as (...args: unknown[]) => ServerResponse
  let isDone = false
  Reflect.set(response, 'writeHead', function withToken(this: ServerResponse, ...args: unknown[]): ServerResponse {
    if (!isDone && !response.headersSent) {
      isDone = true
      add(args)
    }
    return writeHead.apply(this, args)
  })
}

function oneOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}

function cookieOf(request: IncomingMessage, name: string | false): string | undefined {
  if (name === false) return undefined
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
  }
  return undefined
}
