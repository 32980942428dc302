import type { IncomingMessage, ServerResponse } from 'node:http'
import zlib from 'node:zlib'
import { shownValue, warnAtStart } from '@homeostat/signals/options'
import { routeNameOf } from '../server/routes/route-name.ts'
import { AcceptedCodings } from './accepted-coding.ts'
import { adapterOptions } from './adapter-options.ts'
import { askedOption, excluder, UNCLEAR } from './asked-option.ts'
import { areBytesNamed } from './body-choice.ts'
import { IDENTITY } from './coding.ts'
import { type BodyPlan, type Compression, type Draw, processCompression } from './compression.ts'
import { DEFAULT_STEP, LAST_STEP, levelOf, OFF } from './compression-steps.ts'
import { containment } from './containment.ts'
import { describeCompressed, forbidsTransform, weakenKeptTag, weakenTag } from './response-headers.ts'

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
   * the route is known. It has to answer at once: a promise excludes the response. @default none is
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

const NAME = 'compressionForExpress()'
const contained = containment(NAME)

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
  options: ExpressCompressionOptions,
  compression: Compression,
): ExpressCompression {
  const { threshold, others, ...read } = adapterOptions(NAME, options, ['threshold', 'exclude', 'filter'], true)
  if (typeof module !== 'function') {
    warnAtStart(
      `${NAME} expects what the package compression exports, not ${shownValue(module)}; nothing is compressed`,
    )
    return (_request, _response, next) => next()
  }
  compression.register()
  const accepted = new AcceptedCodings(['br', 'gzip'])
  const filtered = askedOption(`filter of ${NAME}`, read.filter ?? module.filter ?? (() => true))
  const isExcluded = excluder(NAME, read)
  const bodies = new WeakMap<ServerResponse, CountedBody>()
  /** The body whose headers are being sent: `compression` makes its stream in the same turn. */
  let current: BodyPlan | undefined

  const mayCompress = (request: ExpressRequestLike, response: ServerResponse): boolean => {
    const answer = filtered(request as never, response as never)
    if (answer === UNCLEAR || !answer || areBytesNamed(response.statusCode, response)) return false
    const route = routeNameOf(request, response)
    const isOut = compression.excluded.has(undefined, route, request) || isExcluded(request as never, response as never)
    const body = bodies.get(response)
    if (body === undefined) return !isOut
    // The application has encoded it; the library sees that as well.
    if (response.hasHeader('Content-Encoding') && response.getHeader('Content-Encoding') !== IDENTITY) return !isOut
    const coding = isOut ? undefined : accepted.of(request.headers['accept-encoding'])
    current = body.plan = compression.plan(route, coding, body.draw)
    return !isOut && (coding === undefined || current.coding !== undefined)
  }

  const filter = (request: ExpressRequestLike, response: ServerResponse): boolean => {
    current = undefined
    return contained(() => mayCompress(request, response), false)
  }

  const middlewares = Array.from({ length: LAST_STEP + 1 }, (_, step) => {
    const own = { ...others, threshold, filter } as Record<string, unknown>
    if (step !== DEFAULT_STEP && step !== OFF) own['brotli'] = brotliAt(others['brotli'], levelOf('br', step))
    Object.defineProperty(own, 'level', { enumerable: true, get: () => gzipLevel(current, others['level']) })
    // Express's request and response are Node's with more on them.
    return module(own as never) as unknown as ExpressCompression
  })

  return function steered(request, response, next) {
    const body = contained(() => new CountedBody({ compression, threshold }, request, response), undefined)
    if (body === undefined) return middlewares[DEFAULT_STEP]!(request, response, next)
    bodies.set(response, body)
    const middleware = middlewares[body.draw.step]!
    return middleware(request, response, error => {
      contained(() => body.countPlain(), undefined)
      next(error)
    })
  }
}

interface BodyTerms {
  readonly compression: Compression
  /** In bytes. */
  readonly threshold: number
}

/** Follows one body before and after the library, whose own methods lie between. */
class CountedBody {
  readonly draw: Draw
  /** How the body is to be sent; undefined where compression has nothing to do with it. */
  plan: BodyPlan | undefined
  readonly #terms: BodyTerms
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  /** The coding that the library has chosen. */
  #coding: string | undefined
  #plainBytes = 0
  #sentBytes = 0

  constructor(terms: BodyTerms, request: IncomingMessage, response: ServerResponse) {
    this.#terms = terms
    this.#request = request
    this.#response = response
    this.draw = terms.compression.draw()
    this.#count(bytes => (this.#sentBytes += bytes))
    const writeHead = response.writeHead.bind(response) as (...given: unknown[]) => ServerResponse
    // Called by that of the library, once it has decided.
    response.writeHead = (...given: unknown[]) => {
      contained(() => this.#describe(), undefined)
      return writeHead(...given)
    }
  }

  /** To be called after the library has put its methods into the response. */
  countPlain(): void {
    let whole: Uint8Array | string | undefined
    this.#count((bytes, chunk, isWhole) => {
      this.#plainBytes += bytes
      if (isWhole && this.#plainBytes === bytes) whole = chunk
    })
    this.#response.once('finish', () => contained(() => this.#record(whole), undefined))
  }

  /** What the library leaves undone: strong tags, and the headers of HEAD, which are those of GET (RFC 9110, 9.3.2). */
  #describe(): void {
    const response = this.#response
    const { headers, method } = this.#request
    if (response.statusCode === 304) return weakenKeptTag(response, headers['if-none-match'])
    const { plan } = this
    if (plan === undefined) return
    const encoding = response.getHeader('Content-Encoding')
    if (encoding !== undefined && encoding !== IDENTITY) {
      this.#coding = String(encoding)
      return weakenTag(response)
    }
    const length = response.getHeader('Content-Length')
    const isSmall = length !== undefined && Number(length) < this.#terms.threshold
    const wouldBe = method === 'HEAD' && !isSmall && !forbidsTransform(response.getHeader('Cache-Control'))
    if (wouldBe && plan.coding !== undefined) describeCompressed(response, plan.coding)
  }

  #record(whole: Uint8Array | string | undefined): void {
    if (this.plan === undefined || this.#request.method === 'HEAD') return
    const plan = this.#sentPlan(this.plan)
    const { coding, step, routeClass } = plan
    const seconds = coding === undefined ? 0 : this.#plainBytes * routeClass.measurements.secondsPerByte(coding, step)
    plan.record(this.#plainBytes, this.#sentBytes, seconds)
    const { compression } = this.#terms
    if (whole !== undefined && compression.wants(plan, this.#plainBytes)) compression.offer(plan, Buffer.from(whole))
  }

  /** How the body was sent: the library leaves small ones as they are, and may prefer another coding. */
  #sentPlan(plan: BodyPlan): BodyPlan {
    if (plan.coding === this.#coding) return plan
    const coding = this.#coding === 'br' || this.#coding === 'gzip' ? this.#coding : undefined
    return this.#terms.compression.planOf(plan.routeClass, coding, this.draw)
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

function gzipLevel(plan: BodyPlan | undefined, own: unknown): unknown {
  if (plan?.coding !== 'gzip' || (plan.step === DEFAULT_STEP && own !== undefined)) return own
  return levelOf('gzip', plan.step)
}

function brotliAt(own: unknown, quality: number): object {
  const { params, ...rest } = (own ?? {}) as { readonly params?: object }
  return { ...rest, params: { ...params, [zlib.constants.BROTLI_PARAM_QUALITY]: quality } }
}
