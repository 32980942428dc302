import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import type { Agents } from './agents.ts'
import type { OutgoingRequest, OutgoingRequests } from './outgoing-request.ts'
import type { Origin } from './origin.ts'
import { originText } from './origins.ts'
import type { Origins } from './origins.ts'
import { methodIndex } from './request-method.ts'

/** A request of `node:http` or `node:https`. */
type MeasuredRequest = ClientRequest & {
  readonly timeout?: number
  readonly agent?: unknown
  /** Set by Node once the connection is something else, e.g. a WebSocket. */
  readonly upgradeOrConnect?: boolean
}

/** What {@link followNodeHttp} counts in. */
export interface NodeHttpParts {
  readonly origins: Origins
  readonly requests: OutgoingRequests
  readonly agents: Agents
  readonly report: (error: unknown) => void
}

/**
 * Follows the requests of `node:http` and `node:https` through Node's outgoing diagnostics channels, see
 * https://nodejs.org/api/diagnostics_channel.html#http. Their names mislead: `http.client.response.finish` is published when the head of
 * the answer is there. So each request gets two listeners, which are functions that all requests share.
 */
export function followNodeHttp({ origins, requests, agents, report }: NodeHttpParts): Disposable {
  let isActive = true
  const connecting = new Map<Socket, Disposable>()

  function onSocket(this: MeasuredRequest, socket: Socket): void {
    const outgoing = requests.of(this)
    if (outgoing?.origin === undefined || !isActive) return
    try {
      if (socket.connecting) timeConnect(socket, this, outgoing.origin)
      else requests.sent(outgoing, performance.now())
    } catch (error) {
      report(error)
    }
  }

  /** For a request whose header `Host` does not say where it goes: its connection does. */
  function onRevealingSocket(this: MeasuredRequest, socket: Socket): void {
    if (!isActive) return
    try {
      begin(this, originOf(this, portOfSocket(socket, this.agent)))
    } catch (error) {
      report(error)
    }
    onSocket.call(this, socket)
  }

  function onClose(this: MeasuredRequest): void {
    const outgoing = requests.take(this)
    if (outgoing === undefined) return
    if (!isActive) return
    try {
      end(this, outgoing)
    } catch (error) {
      report(error)
    }
  }

  function begin(request: MeasuredRequest, address: string): void {
    const { method, path } = request
    const origin = origins.of(address)
    if (origin !== undefined) requests.begin(request, origin, methodIndex(method), path, method, performance.now())
  }

  function end(request: MeasuredRequest, outgoing: OutgoingRequest): void {
    const { method, path, timeout } = request
    const now = performance.now()
    // The life of a WebSocket is not the duration of a request.
    if (request.upgradeOrConnect === true) return requests.forget(outgoing)
    const { error, status } = outgoing
    const { res } = request as { readonly res?: IncomingMessage }
    if (error === undefined && status > 0 && res?.complete !== false) requests.succeeded(outgoing, path, method, now)
    // Neither an answer nor an error: the application has destroyed the request.
    else requests.failed(outgoing, error ?? (status > 0 ? CUT_SHORT : ABORTED), path, method, now, timeout)
  }

  /** Times a connection that is opening. Its listeners leave with the first event, or when measuring ends. */
  function timeConnect(socket: Socket, request: MeasuredRequest, origin: Origin): void {
    if (connecting.has(socket)) return
    const startMs = performance.now()
    const opened = 'encrypted' in socket ? 'secureConnect' : 'connect'
    const settle = (record: (seconds: number) => void): void => {
      remove()
      try {
        record((performance.now() - startMs) / 1000)
      } catch (error) {
        report(error)
      }
    }
    const onOpened = (): void =>
      settle(seconds => {
        origin.connected(seconds)
        const outgoing = requests.of(request)
        if (outgoing !== undefined) requests.sent(outgoing, performance.now())
      })
    // The error itself goes to the request; a listener of ours for it would hide that nobody else listens.
    const onClosed = (): void => settle(seconds => origin.connectFailed(seconds, errorOf(socket)))
    const remove = (): void => {
      connecting.delete(socket)
      socket.off(opened, onOpened)
      socket.off('close', onClosed)
    }
    connecting.set(socket, { [Symbol.dispose]: remove })
    socket.on(opened, onOpened)
    socket.on('close', onClosed)
  }

  const handlers: Readonly<Record<string, (message: NodeMessage) => void>> = {
    'http.client.request.created': ({ request }) => {
      const { method, host, agent } = request
      // The life of a tunnel is not the duration of a request.
      if (method === 'CONNECT') return
      const port = portIn(request.getHeader('host'), host)
      if (port !== undefined) begin(request, originOf(request, port))
      request.on('socket', port === undefined ? onRevealingSocket : onSocket)
      request.on('close', onClose)
      if (typeof agent === 'object' && agent !== null) agents.add(agent)
    },
    'http.client.response.finish': ({ request, response }) => {
      const outgoing = requests.of(request)
      if (outgoing !== undefined) requests.answering(outgoing, response.statusCode, performance.now())
    },
    'http.client.request.error': ({ request, error }) => {
      const outgoing = requests.of(request)
      if (outgoing !== undefined) outgoing.error = error ?? ABORTED
    },
  }

  const contained = Object.entries(handlers).map(([name, handle]) => {
    const listener = (message: unknown): void => {
      try {
        handle(message as NodeMessage)
      } catch (error) {
        report(error)
      }
    }
    subscribe(name, listener)
    return [name, listener] as const
  })
  return {
    [Symbol.dispose]: () => {
      isActive = false
      for (const [name, listener] of contained) unsubscribe(name, listener)
      for (const each of connecting.values()) each[Symbol.dispose]()
    },
  }
}

interface NodeMessage {
  readonly request: MeasuredRequest
  readonly response: IncomingMessage
  readonly error: unknown
}

const ABORTED = { name: 'AbortError', code: 'ABORT_ERR' } as const
const CUT_SHORT = { name: 'Error', code: 'ECONNRESET' } as const

/** The error with which a socket closed. */
function errorOf(socket: Socket): unknown {
  return socket.errored ?? ABORTED
}

/** The origin of a request: scheme, host and port, without the path. */
function originOf({ protocol, host }: MeasuredRequest, port: number | undefined): string {
  return originText({
    scheme: protocol === 'https:' ? 'https' : 'http',
    address: host,
    port: port === 0 ? undefined : port,
  })
}

/**
 * The port of a request. Node keeps none on it, but writes the header `Host`, unless the application gave another one, as reverse
 * proxies do.
 *
 * @returns 0 for the usual one; undefined when the header is about another host
 */
function portIn(header: unknown, host: string): number | undefined {
  if (typeof header !== 'string') return undefined
  const named = host.includes(':') ? `[${host}]` : host
  if (header === named) return 0
  if (!header.startsWith(`${named}:`)) return undefined
  const port = Number(header.slice(named.length + 1))
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
}

/** The port that a connection leads to: its outgoing where it is open, else the one in the key under which its pool keeps it. */
function portOfSocket(socket: Socket, agent: unknown): number | undefined {
  if (socket.remotePort !== undefined) return socket.remotePort
  const { sockets } = (agent ?? {}) as { readonly sockets?: Readonly<Record<string, readonly Socket[]>> }
  for (const key in sockets) {
    if (sockets[key]?.includes(socket) !== true) continue
    const port = Number(/:(\d+):/.exec(key)?.[1])
    return Number.isInteger(port) ? port : undefined
  }
  return undefined
}
