import type { IncomingMessage, ServerResponse } from 'node:http'
import { logFirst } from '@homeostat/signals'
import { shownValue, warnAtStart } from '@homeostat/signals/options'
import { AcceptedCodings } from './accepted-coding.ts'
import { adapterOptions } from './adapter-options.ts'
import { excluder } from './asked-option.ts'
import { areBytesNamed } from './body-choice.ts'
import type { Coding } from './coding.ts'
import { CODINGS, IDENTITY } from './coding.ts'
import { isCompressible } from '../server/compressible-type.ts'
import { exchangeOf, givenRouteOf } from '../server/exchange.ts'
import { type BodyPlan, type Compression, processCompression } from './compression.ts'
import { containment } from './containment.ts'
import { currentBody } from './current-body.ts'
import { forbidsTransform, type Headers, weakenKeptTag, weakenTag } from './response-headers.ts'
import { steeredZlib } from './steered-zlib.ts'

/** The parts of Fastify's request that are used. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage
  readonly routeOptions?: { readonly url?: string | undefined }
}

/** The parts of Fastify's reply that are used. */
export interface FastifyReplyLike {
  getHeader(name: string): unknown
  hasHeader(name: string): boolean
  removeHeader(name: string): unknown
  header(name: string, value: string): unknown
  readonly statusCode?: number
  readonly raw?: ServerResponse
}

type Done = (error?: Error | null, payload?: unknown) => void
type OnRequest = (request: FastifyRequestLike, reply: FastifyReplyLike, done: () => void) => void
type OnSend = (request: FastifyRequestLike, reply: FastifyReplyLike, payload: unknown, done: Done) => void

/** The parts of a Fastify instance that are used. */
export interface FastifyLike {
  // Methods, so that Fastify's own, more exact types fit.
  addHook(name: string, hook: never): unknown
  register(plugin: never, options?: never): unknown
}

/** The plugin of `@fastify/compress`, whatever its types. */
export type FastifyCompressPlugin = (...given: never[]) => unknown

/** Options of {@link compressionForFastify}: those of `@fastify/compress`, and these. */
export interface FastifyCompressionOptions {
  /**
   * Whether a response is never compressed, since it mixes a secret with what a client sent (BREACH). A route can also have
   * `compress: false`, as always. It has to answer at once: a promise excludes the response. It is not asked for `reply.compress()`.
   * @default none is
   */
  readonly exclude?: (request: FastifyRequestLike, reply: FastifyReplyLike) => boolean
  /** Smaller bodies are sent as they are: bytes, or a size such as `1kb`. @default 1024 */
  readonly threshold?: number | string
  /** The codings to offer, the preferred one first. @default zstd where Node has it, br, gzip, deflate */
  readonly encodings?: readonly string[]
  readonly [option: string]: unknown
}

/** A Fastify plugin. */
export type FastifyCompression = (app: FastifyLike) => Promise<void>

const NAME = 'compressionForFastify()'
const contained = containment(NAME)
const reportFault = logFirst(NAME)

/** The plan of a body whose client takes no coding, on its reply: `@fastify/compress` does not ask for it. */
const PLAIN: unique symbol = Symbol('homeostat.http.plainBody')

interface PlannedReply extends FastifyReplyLike {
  [PLAIN]?: BodyPlan
}

/** With it in the request, `@fastify/compress` sends the body as it is; the name is in its documentation. */
const NO_COMPRESSION = 'x-no-compression'

/**
 * Registers `@fastify/compress` so that the knob `http.compression` sets its levels, per route, and its bytes are counted. It also
 * keeps the level of zstd, honours `Cache-Control: no-transform`, and makes strong `ETag`s of compressed answers weak. Levels that
 * the options name stand until the knob moves.
 *
 * @param compress - the default export of `@fastify/compress`
 * @param options - as `@fastify/compress` takes them
 * @example
 * ```ts
 * import compress from '@fastify/compress'
 * import Fastify from 'fastify'
 * import { compressionForFastify } from '@homeostat/http'
 *
 * const app = Fastify()
 * await app.register(compressionForFastify(compress, { threshold: 2048 }))
 * app.get('/orders', () => [])
 * ```
 */
export function compressionForFastify(
  compress: FastifyCompressPlugin,
  options: FastifyCompressionOptions = {},
): FastifyCompression {
  return steeredPlugin(compress, options, processCompression)
}

/** @internal {@link compressionForFastify} with its own levels. */
export function steeredPlugin(
  compress: FastifyCompressPlugin,
  options: FastifyCompressionOptions,
  compression: Compression,
): FastifyCompression {
  const { threshold, others, ...read } = adapterOptions(NAME, options, ['threshold', 'exclude', 'encodings'], true)
  if (typeof compress !== 'function') {
    warnAtStart(`${NAME} expects what @fastify/compress exports, not ${shownValue(compress)}; nothing is compressed`)
    return asPlugin(async () => {})
  }
  compression.register()
  const isExcluded = excluder(NAME, read)
  const offered = (read.encodings as readonly Coding[] | undefined)?.filter(coding => CODINGS.includes(coding))
  const accepted = new AcceptedCodings(offered ?? CODINGS)

  /** Before the handler, so that `reply.compress()` leaves an excluded route alone as well. */
  const first: OnRequest = (request, reply, done) => {
    if (compression.excluded.isEmpty) return done()
    const isOut = contained(() => compression.excluded.has(undefined, routeOf(request, reply), request.raw), true)
    if (isOut) request.raw.headers[NO_COMPRESSION] = 'homeostat'
    done()
  }

  const before: OnSend = (request, reply, payload, done) => {
    if (request.raw.headers['accept-encoding'] === undefined) {
      planPlain(request, reply)
      return done(null, payload)
    }
    const plan = contained(() => planOf(request, reply), 'none')
    if (plan === undefined) return done(null, payload)
    if (plan === 'none') {
      request.raw.headers[NO_COMPRESSION] = 'homeostat'
      return done(null, payload)
    }
    return currentBody.run({ plan }, done, null, payload)
  }

  /** For clients that take no coding nothing is decided, and nothing has to follow the body to a compressor. */
  const planPlain = (request: FastifyRequestLike, reply: PlannedReply): void => {
    try {
      reply[PLAIN] = compression.plan(routeOf(request, reply), undefined)
    } catch (error) {
      reportFault(error)
    }
  }

  const planOf = (request: FastifyRequestLike, reply: FastifyReplyLike): BodyPlanOrNone => {
    const encoding = reply.getHeader('content-encoding')
    if (encoding !== undefined && encoding !== IDENTITY) return undefined
    if (forbidsTransform(reply.getHeader('cache-control')) || areBytesNamed(reply.statusCode ?? 200, reply))
      return 'none'
    const route = routeOf(request, reply)
    if (compression.excluded.has(undefined, route, request.raw) || isExcluded(request as never, reply as never))
      return 'none'
    const coding = accepted.of(request.raw.headers['accept-encoding'])
    const plan = compression.plan(route, coding)
    return coding !== undefined && plan.coding === undefined ? 'none' : plan
  }

  const afterwards: OnSend = (request, reply, payload, done) => {
    try {
      finish(request, reply, payload)
    } catch (error) {
      reportFault(error)
    }
    done(null, payload)
  }

  const finish = (request: FastifyRequestLike, reply: PlannedReply, payload: unknown): void => {
    if (reply.statusCode === 304) return weakenKeptTag(headersOf(reply), request.raw.headers['if-none-match'])
    const plan = reply[PLAIN] ?? currentBody.getStore()?.plan
    if (plan === undefined) return
    if (reply.hasHeader('content-encoding')) {
      return weakenTag(headersOf(reply))
    }
    const bytes = typeof payload === 'string' || payload instanceof Uint8Array ? Buffer.byteLength(payload) : undefined
    if (bytes === undefined || !isCompressible(reply.getHeader('content-type'))) return
    const plain = plan.coding === undefined ? plan : compression.planOf(plan.routeClass, undefined)
    plain.record(bytes, bytes, 0)
  }

  const encodings = read.encodings && { encodings: read.encodings }
  return asPlugin(async app => {
    app.addHook('onRequest', first as never)
    // Hooks of the application come before those of its routes, where `@fastify/compress` puts its own.
    app.addHook('onSend', before as never)
    await app.register(
      compress as never,
      { ...others, threshold, ...encodings, zlib: steeredZlib(compression) } as never,
    )
    app.addHook('onRoute', ((route: { onSend?: OnSend | OnSend[] }) => {
      route.onSend = [...[route.onSend ?? []].flat(), afterwards]
    }) as never)
  })
}

/** As `fastify-plugin` does it: the hooks are for the whole application, and not for this plugin alone. */
function asPlugin(plugin: FastifyCompression): FastifyCompression {
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: '@homeostat/http compression',
  })
}

type BodyPlanOrNone = ReturnType<Compression['plan']> | 'none' | undefined

/** The template of a request's route. Fastify makes an object of all route options whenever it is asked for one of them. */
function routeOf(request: FastifyRequestLike, { raw }: FastifyReplyLike): string | undefined {
  return exchangeOf(raw)?.route ?? givenRouteOf(raw) ?? request.routeOptions?.url
}

function headersOf(reply: FastifyReplyLike): Headers {
  return {
    getHeader: name => reply.getHeader(name) as string | undefined,
    hasHeader: name => reply.hasHeader(name),
    removeHeader: name => void reply.removeHeader(name),
    setHeader: (name, value) => reply.header(name, String(value)) as never,
  }
}
