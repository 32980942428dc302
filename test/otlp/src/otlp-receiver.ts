import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { decodeRequest, throughProtobuf } from './official-protos.ts'
import type { OtlpRequest } from './otlp-request.ts'

/** One POST that the receiver got. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly bytes: number
  readonly text: string
  readonly request: OtlpRequest
  /** Milliseconds of `performance.now()`. */
  readonly at: number
}

/** How the receiver answers. */
export interface ReceiverAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Milliseconds before it answers. */
  readonly afterMs?: number
}

/** A receiver of OTLP/HTTP. What it gets must be what the official protos describe, else it is a problem. */
export class OtlpReceiver implements AsyncDisposable {
  readonly received: Received[] = []
  /** Requests that were accepted. */
  readonly accepted: OtlpRequest[] = []
  readonly problems: string[] = []
  /** The most requests that were under way at one time. */
  mostAtOnce = 0
  answer: (received: Received) => ReceiverAnswer = () => ({})
  readonly #server: Server
  #underWay = 0
  #port = 0

  readonly #isSecure: boolean

  private constructor(isSecure: boolean) {
    this.#isSecure = isSecure
    const take = (request: IncomingMessage, response: ServerResponse): void => void this.#take(request, response)
    this.#server = isSecure ? createSecureServer(serverCertificate(), take) : createServer(take)
  }

  /** @param port - a free one, unless it is given */
  static async start(port = 0, { isSecure = false } = {}): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver(isSecure)
    await new Promise<void>((resolve, reject) => {
      receiver.#server.once('error', reject)
      receiver.#server.listen(port, '127.0.0.1', resolve)
    })
    receiver.#port = (receiver.#server.address() as AddressInfo).port
    return receiver
  }

  get port(): number {
    return this.#port
  }

  get endpoint(): string {
    return `http${this.#isSecure ? 's' : ''}://127.0.0.1:${this.#port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#underWay)
    try {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const sent = Buffer.concat(chunks)
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
      const isJson = request.headers['content-type'] === 'application/json'
      const decoded = isJson ? this.#checked(body.toString()) : decodeRequest(body)
      const received: Received = {
        path: request.url ?? '',
        headers: request.headers,
        bytes: sent.byteLength,
        text: isJson ? body.toString() : '',
        request: decoded as OtlpRequest,
        at: performance.now(),
      }
      this.received.push(received)
      const { status = 200, headers = {}, body: text = '{}', afterMs = 0 } = this.answer(received)
      if (afterMs > 0) await new Promise(resolve => setTimeout(resolve, afterMs).unref())
      if (status === 200) this.accepted.push(received.request)
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)
    } catch (error) {
      this.problems.push(String(error))
      response.writeHead(400).end()
    } finally {
      this.#underWay--
    }
  }

  #checked(text: string): object {
    const json = JSON.parse(text) as object
    const known = throughProtobuf(json)
    if (!isDeepStrictEqual(withoutZeros(JSON.parse(JSON.stringify(known))), withoutZeros(json)))
      this.problems.push('the request has parts that the protos do not know, or other values than they hold')
    return json
  }
}

/** A certificate that nobody has signed, for tests alone. */
export function certificatePath(name: 'certificate' | 'key'): string {
  return fileURLToPath(new URL(`certificate/${name}.pem`, import.meta.url))
}

function serverCertificate(): object {
  const [cert, key] = (['certificate', 'key'] as const).map(name => readFileSync(certificatePath(name)))
  // Clients have to show the same one.
  return { cert, key, ca: cert, requestCert: true, rejectUnauthorized: true }
}

/** Protobuf does not tell an empty list or text from one that is not there. */
function withoutZeros(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutZeros)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => !(each === '' || each === false || (Array.isArray(each) && each.length === 0)))
      .map(([name, each]) => [name, withoutZeros(each)]),
  )
}
