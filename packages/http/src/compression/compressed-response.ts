import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { logFirst } from '@homeostat/signals'
import { chooseBody, type ChoiceTerms } from './body-choice.ts'
import { CompressedStream } from './compressed-stream.ts'
import type { BodyPlan } from './compression.ts'
import { isAtOnce } from './compression-steps.ts'
import { compressAtOnce } from './compressors.ts'
import { applyHeaders } from './head-arguments.ts'
import { OwnMethods } from './own-methods.ts'
import { describeCompressed } from './response-headers.ts'

type Callback = (error?: Error | null) => void

const reportFault = logFirst('the compression of a response')

/**
 * - `open`: nothing is decided yet
 * - `held`: the application has called `writeHead()`, and how the body is sent is decided when the first part of it is known
 * - `plain`: the body passes as it is
 * - `stream`: it passes a compressor
 */
type State = 'open' | 'held' | 'plain' | 'stream'

/** The arguments of a `writeHead()` that is held back. */
interface Head {
  readonly status: number
  readonly reason: string | undefined
}

/**
 * Sends the body of one response compressed, where that is allowed and pays. A body that comes in one piece is compressed in one piece and
 * keeps its `Content-Length`. Anything else is a stream, with the backpressure of both sides. What fails before the
 * headers are sent leaves the response as it is.
 */
export class CompressedResponse {
  readonly #terms: ChoiceTerms
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #url: string | undefined
  readonly #raw: OwnMethods
  #state: State = 'open'
  #head: Head | undefined
  #stream: CompressedStream | undefined
  /** From here on the headers are changed by us. */
  #isSettling = false

  /** Takes over the methods of the response through which headers and body pass. */
  constructor(terms: ChoiceTerms, request: IncomingMessage, response: ServerResponse) {
    this.#terms = terms
    this.#request = request
    this.#response = response
    this.#url = request.url
    this.#raw = new OwnMethods(response, {
      writeHead: (...given) => this.#writeHead(given),
      write: (chunk, encoding, callback) => this.#write(chunk, encoding, callback),
      end: (chunk, encoding, callback) => this.#end(chunk, encoding, callback),
      flushHeaders: () => {
        this.#begin()
        this.#raw.flushHeaders()
      },
      flush: () => this.#stream?.flush(),
    })
  }

  #writeHead(given: readonly unknown[]): ServerResponse {
    if (this.#state !== 'open') {
      this.#settleHead()
      return this.#raw.writeHead(...given)
    }
    const [status, second, third] = given
    const isPlain = typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 999
    const reason = typeof second === 'string' ? second : undefined
    // Node itself refuses what is not valid, with its own error.
    if (isPlain || /[^\t\u0020-\u007E\u0080-\u00FF]/.test(reason ?? '')) return this.#raw.writeHead(...given)
    if (
      !applyHeaders(this.#response, (typeof second === 'string' ? third : (second ?? third)) as OutgoingHttpHeaders)
    ) {
      this.#state = 'plain'
      return this.#raw.writeHead(...given)
    }
    this.#response.statusCode = status
    if (reason !== undefined) this.#response.statusMessage = reason
    this.#head = { status, reason }
    this.#state = 'held'
    this.#raw.hold({
      isHeld: () => this.#head !== undefined && !this.#isSettling,
      settle: () => this.#settleHead(),
    })
    return this.#response
  }

  #write(chunk: unknown, encoding: unknown, callback: unknown): boolean {
    this.#begin()
    return this.#stream ? this.#stream.write(chunk, encoding, callback) : this.#raw.write(chunk, encoding, callback)
  }

  #end(first: unknown, second: unknown, third: unknown): ServerResponse {
    const callback = [first, second, third].find(each => typeof each === 'function') as Callback | undefined
    const chunk = typeof first === 'function' || first === null ? undefined : first
    const encoding = typeof second === 'string' ? second : undefined
    if (this.#state === 'open' || this.#state === 'held') {
      const body = bytesOf(chunk, encoding)
      // Not bytes: Node has an error for it.
      if (chunk !== undefined && body === undefined) this.#settle(undefined)
      else {
        const plan = this.#choose(body?.length ?? 0)
        const isSent = body !== undefined && this.#request.method !== 'HEAD'
        if (plan?.coding !== undefined && isSent) {
          const sent = this.#atOnce(plan, body)
          if (sent !== undefined) return this.#raw.end(sent, undefined, callback)
        } else {
          if (isSent) plan?.record(body.length, body.length, 0)
          this.#settle(plan)
        }
      }
    }
    if (this.#stream) return this.#stream.end(chunk, encoding, callback)
    return this.#raw.end(chunk, encoding, callback)
  }

  /** The whole body as it is sent; undefined when it goes through a stream. */
  #atOnce(plan: BodyPlan, body: Uint8Array): Uint8Array | undefined {
    const coding = plan.coding!
    const isSmall = isAtOnce(coding, plan.step, body.length)
    if (!isSmall) {
      this.#settle(plan)
      if (this.#terms.compression.wants(plan, body.length)) this.#terms.compression.offer(plan, Buffer.from(body))
      return undefined
    }
    const startedAt = performance.now()
    let sent = body
    try {
      sent = compressAtOnce(coding, body, plan.options)
    } catch (error) {
      reportFault(error)
    }
    const isSmaller = sent.length < body.length
    plan.record(body.length, isSmaller ? sent.length : body.length, (performance.now() - startedAt) / 1000)
    if (this.#terms.compression.wants(plan, body.length)) this.#terms.compression.offer(plan, Buffer.from(body))
    if (isSmaller) {
      describeCompressed(this.#response, coding)
      // With trailers the body has to be sent in chunks.
      if (!this.#response.hasHeader('Trailer')) this.#response.setHeader('Content-Length', sent.length)
    }
    this.#pass()
    return isSmaller ? sent : body
  }

  /** The first part of a body of unknown length, or the headers, are about to be sent. */
  #begin(): void {
    if (this.#state === 'open' || this.#state === 'held') this.#settle(this.#choose(undefined))
  }

  #choose(bytes: number | undefined): BodyPlan | undefined {
    // Headers that are under way cannot be changed; and a HEAD names the length of what a GET would send, or none.
    if (this.#raw.areHeadersSent()) return undefined
    this.#isSettling = true
    const isUnknown = this.#request.method === 'HEAD' && bytes === 0
    try {
      return chooseBody(this.#terms, this.#request, this.#response, isUnknown ? undefined : bytes, this.#url)
    } catch (error) {
      reportFault(error)
      return undefined
    }
  }

  /** Describes the body in the headers and lets it pass, through a compressor where the plan says so. */
  #settle(plan: BodyPlan | undefined): void {
    if (plan?.coding === undefined) return this.#pass()
    describeCompressed(this.#response, plan.coding)
    // The headers of a HEAD are those of its GET (RFC 9110, 9.3.2), and Node sends no body.
    if (this.#request.method === 'HEAD') return this.#pass()
    this.#stream = new CompressedStream(plan, this.#response, this.#raw)
    this.#state = 'stream'
    this.#sendHead()
  }

  #pass(): void {
    this.#state = 'plain'
    this.#sendHead()
    this.#raw.release()
  }

  /** Somebody changes headers after `writeHead()`: Node has an error for that, which it gives once the head is its own. */
  #settleHead(): void {
    if (this.#state === 'held') this.#begin()
  }

  #sendHead(): void {
    const head = this.#head
    if (head === undefined) return
    this.#head = undefined
    if (head.reason === undefined) this.#raw.writeHead(head.status)
    else this.#raw.writeHead(head.status, head.reason)
  }
}

/** Undefined for what is not bytes. */
function bytesOf(chunk: unknown, encoding: string | undefined): Uint8Array | undefined {
  if (typeof chunk === 'string') return Buffer.from(chunk, encoding as BufferEncoding | undefined)
  return chunk instanceof Uint8Array ? chunk : undefined
}
