import type { IncomingMessage, ServerResponse } from 'node:http'
import { AcceptedCodings } from './accepted-coding.ts'
import { adapterOptions } from './adapter-options.ts'
import { askedOption, excluder } from './asked-option.ts'
import type { ChoiceTerms } from './body-choice.ts'
import { CODINGS } from './coding.ts'
import { CompressedResponse } from './compressed-response.ts'
import { type Compression, processCompression } from './compression.ts'
import { containment } from './containment.ts'

/** Options of {@link compressionForNode}. */
export interface NodeCompressionOptions<Request extends IncomingMessage = IncomingMessage> {
  /** Smaller bodies are sent as they are: bytes, or a size such as `1kb`. @default 1024 */
  readonly threshold?: number | string
  /**
   * The template of the request's route, e.g. `/orders/:id`: levels are measured and metrics are counted per route. Never the path itself, as
   * the name is exported; after 50 names the others are one. @default what {@link nameRoute} or a router has said; else levels are measured
   * per content type, and metrics have no route
   */
  readonly route?: (request: Request) => string | undefined
  /**
   * Whether a response is never compressed. True for a body that holds a secret (a CSRF token, an account number) together with text that
   * the client sent: its length then tells an attacker about the secret, see https://breachattack.com. It has to answer at once: a promise
   * excludes the response. @default none is
   */
  readonly exclude?: (request: Request, response: ServerResponse) => boolean
}

type Listener<Request extends IncomingMessage, Response extends ServerResponse> = (
  request: Request,
  response: Response,
) => unknown

const NAME = 'compressionForNode()'
const contained = containment(NAME)

/**
 * A request listener whose responses are compressed: with zstd where the client takes it and Node has it, else with brotli or gzip. For
 * servers without a framework; Fastify and Express have `compressionForFastify` and `compressionForExpress`.
 *
 * It leaves alone what is small, encoded, part of a range, of a type that does not get smaller, or `Cache-Control: no-transform`. It sets `Vary`,
 * makes strong `ETag`s weak, and treats `HEAD` as its `GET`. Streams are flushed when the application pauses, server-sent events at once.
 * The level is the knob `http.compression`.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { compressionForNode } from '@homeostat/http'
 *
 * const server = createServer(compressionForNode((request, response) => response.end('hello'), { threshold: 2048 }))
 * ```
 */
export function compressionForNode<
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
>(listener: Listener<Request, Response>, options: NodeCompressionOptions<Request> = {}): Listener<Request, Response> {
  return compressedListener(listener, options, processCompression)
}

/** @internal {@link compressionForNode} with its own levels. */
export function compressedListener<Request extends IncomingMessage, Response extends ServerResponse>(
  listener: Listener<Request, Response>,
  options: NodeCompressionOptions<Request>,
  compression: Compression,
): Listener<Request, Response> {
  compression.register()
  const read = adapterOptions(NAME, options, ['threshold', 'route', 'exclude'], false)
  const isExcluded = excluder(NAME, read)
  const ownRoute = read.route && askedOption(`route of ${NAME}`, read.route)
  const terms: ChoiceTerms = {
    compression,
    accepted: new AcceptedCodings(CODINGS),
    threshold: read.threshold,
    ownRoute: request => {
      const name = ownRoute?.(request as never)
      return typeof name === 'string' && name !== '' ? name : undefined
    },
    isExcluded: isExcluded as ChoiceTerms['isExcluded'],
  }
  return function compressed(this: unknown, request, response) {
    contained(() => void new CompressedResponse(terms, request, response), undefined)
    return Reflect.apply(listener, this, [request, response])
  }
}
