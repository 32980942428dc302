import type { Agent as HttpAgent, ClientRequest, IncomingMessage } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import { urlToHttpOptions } from 'node:url'
import { promisify } from 'node:util'
import { after, errorType, readRegularFileSync } from '@homeostat/signals'
import { VERSION } from '../../version.ts'
import type { OtlpSettings } from './otlp-settings.ts'
import { untraced } from './untraced.ts'

/** How a receiver answered one request. No text of it is kept, because it may quote what it received. */
export type OtlpAnswer =
  | { readonly kind: 'accepted'; readonly rejectedPoints: number }
  /** The same request may be accepted later. */
  | {
      readonly kind: 'later'
      readonly why: string
      readonly afterMs: number | undefined
      /** Whether no connection was made. */
      readonly isUnreachable?: boolean
    }
  | { readonly kind: 'refused'; readonly why: string }

/** The settings of a request. */
export type OtlpTarget = Pick<OtlpSettings, 'url' | 'headers' | 'timeoutMs' | 'isGzip' | 'tlsFiles'>

/** An answer of a receiver is short: only its number of rejected points is read. */
const LONGEST_ANSWER_BYTES = 64 * 1024
const LARGEST_CERTIFICATE_BYTES = 1024 * 1024
/** Source: https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
  ENOTFOUND: 'its host name is unknown (ENOTFOUND)',
  EAI_AGAIN: 'its host name cannot be resolved (EAI_AGAIN)',
  ECONNRESET: 'it closed the connection (ECONNRESET)',
}

/**
 * Sends requests to one receiver, one at a time. Neither a connection nor a request keeps the process alive. The modules of Node that it
 * needs are loaded when it is made, because they take longer to load than all of Homeostat.
 */
export class OtlpConnection implements Disposable {
  readonly #target: OtlpTarget
  readonly #agent: HttpAgent | HttpsAgent
  #current: ClientRequest | undefined
  #isOver = false

  /** @throws an error of the file system for a certificate that cannot be read */
  constructor(target: OtlpTarget) {
    this.#target = target
    const { url, tlsFiles } = target
    const kept = { keepAlive: true, maxSockets: 1, maxFreeSockets: 1 }
    this.#agent =
      url.protocol === 'https:'
        ? new (process.getBuiltinModule('node:https').Agent)({
            ...kept,
            ...Object.fromEntries(
              Object.entries(tlsFiles).map(([name, path]) => [
                name,
                readRegularFileSync(path, LARGEST_CERTIFICATE_BYTES),
              ]),
            ),
          })
        : new (process.getBuiltinModule('node:http').Agent)(kept)
  }

  /** Sends one message. It never rejects. */
  async post(message: Buffer): Promise<OtlpAnswer> {
    try {
      const body = this.#target.isGzip ? await promisify(process.getBuiltinModule('node:zlib').gzip)(message) : message
      // The connection may end while the message is compressed, and before a last export that took too long.
      if (this.#isOver) return later('the connection was ended')
      return await untraced(() => this.#send(body))
    } catch (error) {
      return { kind: 'refused', why: `the request cannot be made (${errorType(error)})` }
    }
  }

  /** Ends the connection and the request that is under way. */
  [Symbol.dispose](): void {
    this.#isOver = true
    this.#current?.destroy()
    this.#agent.destroy()
  }

  #send(body: Buffer): Promise<OtlpAnswer> {
    const { url, headers, timeoutMs, isGzip } = this.#target
    return new Promise(resolve => {
      // The constructor, and not `http.request`: that is the function which tracers patch.
      const { ClientRequest } = process.getBuiltinModule('node:http')
      const request = new ClientRequest({
        ...urlToHttpOptions(url),
        method: 'POST',
        agent: this.#agent,
        headers: {
          'user-agent': `homeostat/${VERSION}`,
          ...headers,
          'content-type': 'application/json',
          'content-length': body.byteLength,
          ...(isGzip && { 'content-encoding': 'gzip' }),
        },
      })
      this.#current = request
      let response: IncomingMessage | undefined
      let isConnected = false
      const end = (answer: OtlpAnswer): void => {
        timer[Symbol.dispose]()
        request.destroy()
        // The status counts, also where the body breaks off.
        resolve(response === undefined ? answer : answerOf(response, ''))
      }
      const timer = after(timeoutMs, () => end(later(`it has not answered within ${timeoutMs} ms`)))
      request.on('socket', socket => {
        socket.unref()
        isConnected = !socket.connecting
        socket.once('connect', () => (isConnected = true))
      })
      request.on('error', error => end({ ...later(reasonOf(error)), isUnreachable: !isConnected }))
      request.on('close', () => response ?? end(later('it closed the connection without an answer')))
      // This is no answer to a POST, and nobody else would close the socket.
      request.on('upgrade', () => end(refused(101)))
      request.on('response', came => {
        response = came
        readText(came, text => {
          timer[Symbol.dispose]()
          resolve(answerOf(came, text))
        })
      })
      request.end(body)
    })
  }
}

/** Reads the text of an answer; it is empty where it is too long or breaks off. */
function readText(response: IncomingMessage, onText: (text: string) => void): void {
  const chunks: Buffer[] = []
  let bytes = 0
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength
    if (bytes <= LONGEST_ANSWER_BYTES) chunks.push(chunk)
    else response.destroy()
  })
  response.on('error', () => onText(''))
  response.on('end', () => onText(Buffer.concat(chunks).toString()))
  response.on('close', () => onText(''))
}

function answerOf({ statusCode: status = 0, headers }: IncomingMessage, text: string): OtlpAnswer {
  if (status >= 200 && status < 300) return { kind: 'accepted', rejectedPoints: rejectedIn(text) }
  if (RETRYABLE.has(status)) return later(`it answers HTTP ${status}`, retryAfterOf(headers))
  return refused(status)
}

function later(why: string, afterMs?: number): Extract<OtlpAnswer, { readonly kind: 'later' }> {
  return { kind: 'later', why, afterMs }
}

const HINTS: Readonly<Record<number, string>> = {
  401: 'check the credentials in OTEL_EXPORTER_OTLP_HEADERS',
  403: 'check the credentials in OTEL_EXPORTER_OTLP_HEADERS',
  404: 'OTEL_EXPORTER_OTLP_ENDPOINT is the address without /v1/metrics, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT the one with it',
  405: 'OTEL_EXPORTER_OTLP_ENDPOINT is the address without /v1/metrics, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT the one with it',
  415: 'it takes no JSON: send to an OpenTelemetry Collector, or start an OpenTelemetry SDK',
}

function refused(status: number): OtlpAnswer {
  const hint = HINTS[status] ?? (status >= 300 && status < 400 ? 'redirects are not followed' : undefined)
  return { kind: 'refused', why: `it answers HTTP ${status}${hint === undefined ? '' : `: ${hint}`}` }
}

/** Source: `ExportMetricsPartialSuccess` of the protocol. Its message is somebody else's text. */
function rejectedIn(text: string): number {
  try {
    const { partialSuccess } = Object(JSON.parse(text)) as { partialSuccess?: { rejectedDataPoints?: unknown } }
    const rejected = Number(partialSuccess?.rejectedDataPoints ?? 0)
    return Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0
  } catch {
    // An empty answer, or protobuf.
    return 0
  }
}

/** Seconds or a date: RFC 9110, 10.2.3. The date is compared with the receiver's own clock, where it shows that. */
function retryAfterOf({ 'retry-after': wanted = '', date }: IncomingMessage['headers']): number | undefined {
  if (/^\s*\d{1,9}\s*$/.test(wanted)) return Number(wanted) * 1000
  // `Date.parse` takes nearly everything for a date.
  if (!/^\s*[A-Z][a-z]+,? .*GMT\s*$/.test(wanted)) return undefined
  const now = Date.parse(date ?? '')
  const ms = Date.parse(wanted) - (Number.isNaN(now) ? Date.now() : now)
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

function reasonOf(error: unknown): string {
  const type = errorType(error)
  if (type.startsWith('HPE_')) return `it does not answer HTTP (${type}): is its port the one of gRPC, e.g. 4317?`
  return REASONS[type] ?? `it cannot be reached (${type})`
}
