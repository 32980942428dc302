import type { IncomingMessage, ServerResponse } from 'node:http'
import zlib from 'node:zlib'
import { AcceptedCodings } from './accepted-coding.ts'
import { IDENTITY } from './coding.ts'
import { type BodyPlan, type Compression, type Draw, processCompression } from './compression.ts'
import { DEFAULT_STEP, LAST_STEP, levelOf, OFF } from './compression-steps.ts'
import { containment } from './containment.ts'
import { forbidsTransform, weakenTag } from './response-headers.ts'

/** The parts of Express's request that are used. */
export interface ExpressRequestLike extends IncomingMessage {
  readonly baseUrl?: string
  readonly route?: { readonly path?: unknown }
}

type Next = (error?: unknown) => void

/** An Express middleware. */
export type ExpressCompression = (request: ExpressRequestLike, response: ServerResponse, next: Next) => void

/** Options of {@link compressionForExpress}: those of `compression`, and these. */
export interface ExpressCompressionOptions {
  /**
   * Whether a response is never compressed, since it mixes a secret with what a client sent (BREACH). Asked when the headers are sent, so that
   * the route is known. @default none is
   */
  readonly exclude?: (request: ExpressRequestLike, response: ServerResponse) => boolean
  /** Smaller bodies are sent as they are: bytes, or a size such as `1kb`. @default 1024 */
  readonly threshold?: number | string
  /** Whether a response may be compressed. @default its type is text, JSON or the like */
  readonly filter?: (request: never, response: never) => boolean
  readonly [option: string]: unknown
}

/** The function that `compression` exports. */
export interface CompressionModule {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  (options?: never): (request: never, response: never, next: never) => void
  readonly filter?: (request: never, response: never) => boolean
}

const contained = containment('compressionForExpress()')

/**
 * `compression` as a middleware whose levels the knob `http.compression` sets, and whose bytes are counted: gzip per route, and brotli
 * for all routes alike, since the library takes its quality once. It has no zstd. It also makes strong `ETag`s of compressed answers
 * weak. Levels that the options name stand until the knob moves.
 *
 * @param compression - what the package `compression` exports
 * @param options - as `compression` takes them
 * @example
 * ```ts
 * import compression from 'compression'
 * import express from 'express'
 * import { compressionForExpress } from '@homeostat/http'
 *
 * const app = express()
 * app.use(compressionForExpress(compression, { threshold: '2kb' }))
 * ```
 */
export function compressionForExpress(
  compression: CompressionModule,
  options: ExpressCompressionOptions = {},
): ExpressCompression {
  return steeredMiddleware(compression, options, processCompression)
}

/** @internal {@link compressionForExpress} with its own levels. */
export function steeredMiddleware(
  module: CompressionModule,
  { exclude, ...options }: ExpressCompressionOptions,
  compression: Compression,
): ExpressCompression {
  compression.register()
  const accepted = new AcceptedCodings(['br', 'gzip'])
  const mayCompress = options.filter ?? module.filter ?? (() => true)
  const bodies = new WeakMap<ServerResponse, CountedBody>()
  /** The body whose headers are being sent: `compression` makes its stream in the same turn. */
  let current: BodyPlan | undefined

  const filter = (request: ExpressRequestLike, response: ServerResponse): boolean => {
    current = undefined
    if (!mayCompress(request as never, response as never)) return false
    const body = bodies.get(response)
    if (body === undefined) return true
    return contained(() => {
      const isExcluded = exclude !== undefined && contained(() => exclude(request, response), true)
      const header = request.headers['accept-encoding']
      const coding = isExcluded ? undefined : accepted.of(header)
      const plan = compression.plan(routeOf(request), coding, body.draw)
      body.plan = current = plan
      if (isExcluded || (coding !== undefined && plan.coding === undefined)) return false
      if (plan.coding !== undefined && isToChange(request, response)) weakenTag(response)
      return true
    }, true)
  }

  const middlewares = Array.from({ length: LAST_STEP + 1 }, (_, step) => {
    const own = { ...options, filter } as Record<string, unknown>
    if (step !== DEFAULT_STEP && step !== OFF) own['brotli'] = brotliAt(options['brotli'], levelOf('br', step))
    Object.defineProperty(own, 'level', { enumerable: true, get: () => gzipLevel(current, options['level']) })
    // Express's request and response are Node's with more on them.
    return module(own as never) as unknown as ExpressCompression
  })

  return function steered(request, response, next) {
    const body = contained(() => new CountedBody(compression.draw(), response), undefined)
    if (body === undefined) return middlewares[DEFAULT_STEP]!(request, response, next)
    bodies.set(response, body)
    const middleware = middlewares[body.draw.step]!
    return middleware(request, response, error => {
      contained(() => body.countPlain(compression), undefined)
      next(error)
    })
  }
}

/** Counts one body before and after the library, whose own methods lie between. */
class CountedBody {
  readonly draw: Draw
  plan: BodyPlan | undefined
  readonly #response: ServerResponse
  #plainBytes = 0
  #sentBytes = 0

  constructor(draw: Draw, response: ServerResponse) {
    this.draw = draw
    this.#response = response
    this.#count(bytes => (this.#sentBytes += bytes))
  }

  /** To be called after the library has put its methods into the response. */
  countPlain(compression: Compression): void {
    let whole: Uint8Array | string | undefined
    this.#count((bytes, chunk, isWhole) => {
      this.#plainBytes += bytes
      if (isWhole && this.#plainBytes === bytes) whole = chunk
    })
    this.#response.once('finish', () => {
      const { plan } = this
      if (plan === undefined) return
      const { coding, step, routeClass } = plan
      const seconds = coding === undefined ? 0 : this.#plainBytes * routeClass.measurements.secondsPerByte(coding, step)
      plan.record(this.#plainBytes, this.#sentBytes, seconds)
      if (whole !== undefined && compression.wants(plan, this.#plainBytes)) compression.offer(plan, Buffer.from(whole))
    })
  }

  #count(add: (bytes: number, chunk: Uint8Array | string, isWhole: boolean) => void): void {
    const response = this.#response as unknown as Record<'write' | 'end', (...given: unknown[]) => unknown>
    for (const name of ['write', 'end'] as const) {
      const original = response[name]
      response[name] = function (this: unknown, ...given) {
        const [chunk, encoding] = given
        if (typeof chunk === 'string') add(Buffer.byteLength(chunk, encodingOf(encoding)), chunk, name === 'end')
        else if (chunk instanceof Uint8Array) add(chunk.length, chunk, name === 'end')
        return Reflect.apply(original, this, given)
      }
    }
  }
}

function encodingOf(given: unknown): BufferEncoding {
  return typeof given === 'string' ? (given as BufferEncoding) : 'utf8'
}

/** The template of the route; a path that is a pattern has no short name. */
function routeOf({ baseUrl = '', route }: ExpressRequestLike): string | undefined {
  return typeof route?.path === 'string' ? `${baseUrl}${route.path}` : undefined
}

/** Whether the library is about to change the body. */
function isToChange(request: IncomingMessage, response: ServerResponse): boolean {
  const encoding = response.getHeader('Content-Encoding') ?? IDENTITY
  return request.method !== 'HEAD' && encoding === IDENTITY && !forbidsTransform(response.getHeader('Cache-Control'))
}

function gzipLevel(plan: BodyPlan | undefined, own: unknown): unknown {
  if (plan?.coding !== 'gzip' || (plan.step === DEFAULT_STEP && own !== undefined)) return own
  return levelOf('gzip', plan.step)
}

function brotliAt(own: unknown, quality: number): object {
  const { params, ...rest } = (own ?? {}) as { readonly params?: object }
  return { ...rest, params: { ...params, [zlib.constants.BROTLI_PARAM_QUALITY]: quality } }
}
