import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { performance } from 'node:perf_hooks'
import { ConnectStarts } from './connect-starts.ts'
import type { OutgoingRequests } from './outgoing-request.ts'
import type { OpenSockets, SocketShape } from './open-sockets.ts'
import { originText } from './origins.ts'
import type { Origins } from './origins.ts'
import { methodIndex } from './request-method.ts'

/**
 * A request as undici publishes it: https://github.com/nodejs/undici/blob/main/docs/docs/api/DiagnosticsChannel.md. The same in the copies
 * inside of Node 20 to 24 (6.21 to 7.29) and in the package (6, 7 and 8).
 */
interface UndiciRequest {
  readonly origin: unknown
  readonly method: unknown
  readonly path: unknown
  readonly upgrade?: unknown
}

interface ConnectParams {
  readonly hostname: unknown
  readonly protocol: unknown
  readonly port: unknown
}

interface Message {
  readonly request: UndiciRequest
  readonly response: { readonly statusCode: unknown }
  readonly error: unknown
  readonly socket: SocketShape
  readonly connectParams: ConnectParams
}

/** What {@link followUndici} counts in. */
export interface UndiciParts {
  readonly origins: Origins
  readonly requests: OutgoingRequests
  readonly sockets: OpenSockets
  readonly report: (error: unknown) => void
}

/**
 * Follows the requests of `fetch` and of every copy of undici through its diagnostics channels. Subscribing patches nothing, and each
 * request is published once, by the copy that sends it.
 */
export function followUndici({ origins, requests, sockets, report }: UndiciParts): Disposable {
  const starts = new ConnectStarts()

  const handlers: Readonly<Record<string, (message: Message) => void>> = {
    'undici:request:create': ({ request }) => {
      // The life of a WebSocket or a tunnel is not the duration of a request.
      if (request.upgrade || request.method === 'CONNECT') return
      const origin = origins.of(request.origin)
      if (origin === undefined) return
      const { method, path } = request
      requests.begin(request, origin, methodIndex(method), path, method, performance.now())
    },
    'undici:client:sendHeaders': ({ request, socket }) => {
      const outgoing = requests.of(request)
      if (outgoing?.origin === undefined) return
      requests.sent(outgoing, performance.now())
      sockets.began(socket, request, outgoing.origin)
    },
    'undici:request:headers': ({ request, response }) => {
      const outgoing = requests.of(request)
      if (outgoing !== undefined) requests.answering(outgoing, response.statusCode, performance.now())
    },
    'undici:request:trailers': ({ request }) => {
      const outgoing = requests.take(request)
      if (outgoing === undefined) return
      sockets.ended(request)
      requests.succeeded(outgoing, request.path, request.method, performance.now())
    },
    'undici:request:error': ({ request, error }) => {
      const outgoing = requests.take(request)
      if (outgoing === undefined) return
      sockets.ended(request)
      requests.failed(outgoing, error, request.path, request.method, performance.now())
    },
    'undici:client:beforeConnect': ({ connectParams }) => {
      const origin = origins.of(addressOf(connectParams))
      if (origin !== undefined) starts.add(origin, performance.now())
    },
    'undici:client:connected': ({ connectParams, socket }) => {
      const origin = origins.of(addressOf(connectParams))
      if (origin === undefined) return
      sockets.add(socket, origin)
      const startMs = starts.take(origin, performance.now())
      if (startMs !== undefined) origin.connected((performance.now() - startMs) / 1000)
    },
    'undici:client:connectError': ({ connectParams, error }) => {
      const origin = origins.of(addressOf(connectParams))
      if (origin === undefined) return
      const startMs = starts.take(origin, performance.now())
      if (startMs !== undefined) origin.connectFailed((performance.now() - startMs) / 1000, error)
    },
  }

  // An error of a subscriber would end the process: https://nodejs.org/api/diagnostics_channel.html#channelpublishmessage.
  const contained = Object.entries(handlers).map(([name, handle]) => {
    const listener = (message: unknown): void => {
      try {
        handle(message as Message)
      } catch (error) {
        report(error)
      }
    }
    subscribe(name, listener)
    return [name, listener] as const
  })
  return { [Symbol.dispose]: () => contained.forEach(([name, listener]) => unsubscribe(name, listener)) }
}

/** The origin of a connection, whatever else its parameters say. */
function addressOf({ protocol, hostname, port }: ConnectParams): string {
  const scheme = protocol === 'https:' ? 'https' : 'http'
  return originText({ scheme, address: String(hostname), port: port === '' ? undefined : Number(port) })
}
