import type { IncomingMessage, ServerResponse } from 'node:http'
import { AcceptedCodings } from './accepted-coding.ts'
import type { ChoiceTerms } from './body-choice.ts'
import { CODINGS } from './coding.ts'
import { CompressedResponse } from './compressed-response.ts'
import { type Compression, processCompression } from './compression.ts'
import { containment } from './containment.ts'

/** Smaller bodies fit into one packet, and are sent as they are. In bytes. */
export const DEFAULT_THRESHOLD = 1024

/** Options of {@link compressionForNode}. */
export interface NodeCompressionOptions<Request extends IncomingMessage = IncomingMessage> {
  /** Smaller bodies are sent as they are, in bytes. @default 1024 */
  readonly threshold?: number
  /**
   * The template of the request's route, e.g. `/orders/:id`: levels are measured and metrics are counted per route. Never the path itself, as
   * the name is exported; after 50 names the others are one. @default the content type of the response
   */
  readonly route?: (request: Request) => string | undefined
  /**
   * Whether a response is never compressed. True for a body that holds a secret (a CSRF token, an account number) together with text that
   * the client sent: its length then tells an attacker about the secret, see https://breachattack.com. @default none is
   */
  readonly exclude?: (request: Request, response: ServerResponse) => boolean
}

type Listener<Request extends IncomingMessage, Response extends ServerResponse> = (
  request: Request,
  response: Response,
) => unknown

const contained = containment('an option of compressionForNode()')

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
  { threshold = DEFAULT_THRESHOLD, route, exclude }: NodeCompressionOptions<Request>,
  compression: Compression,
): Listener<Request, Response> {
  compression.register()
  const terms: ChoiceTerms = {
    compression,
    accepted: new AcceptedCodings(CODINGS),
    threshold: Number.isFinite(threshold) ? threshold : DEFAULT_THRESHOLD,
    route: request => contained(() => route?.(request as Request), undefined),
    // A function that fails may have been about to say yes.
    exclude: (request, response) => contained(() => exclude?.(request as Request, response) === true, true),
  }
  return function compressed(this: unknown, request, response) {
    contained(() => void new CompressedResponse(terms, request, response), undefined)
    return Reflect.apply(listener, this, [request, response])
  }
}
