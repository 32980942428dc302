import type { Origin, UndiciLevels } from './origin.ts'

const FOLLOWER: unique symbol = Symbol('homeostat.http.follower')
const RUNNING: unique symbol = Symbol('homeostat.http.running')
const SOCKET: unique symbol = Symbol('homeostat.http.socket')

/** A socket as far as it matters: a `net.Socket`, a `TLSSocket` or the socket of an HTTP/2 session. */
export interface SocketShape {
  readonly destroyed?: boolean
  /** Who follows it. */
  [FOLLOWER]?: object
  /** Requests that it carries now. */
  [RUNNING]?: number
}

/** Something that runs on a socket. */
interface Running {
  [SOCKET]?: SocketShape | undefined
}

/**
 * The open connections of undici. Sockets get no listener: a closed one is found when the levels are read, or when the list has
 * doubled since the last look.
 */
export class OpenSockets {
  readonly #sockets = new Map<SocketShape, Origin>()
  #sweepAt = 64
  /** Another one after each pause of the measuring. */
  #epoch: object = {}

  add(socket: SocketShape, origin: Origin): void {
    socket[FOLLOWER] = this.#epoch
    this.#sockets.set(socket, origin)
    if (this.#sockets.size >= this.#sweepAt) this.#sweep()
  }

  /** A request goes out on a connection, which may have been open before anything was measured. */
  began(socket: SocketShape | undefined, request: object, origin: Origin): void {
    const running = request as Running
    if (socket === undefined || running[SOCKET] === socket) return
    if (socket[FOLLOWER] !== this.#epoch) this.add(socket, origin)
    this.ended(request)
    running[SOCKET] = socket
    socket[RUNNING] = (socket[RUNNING] ?? 0) + 1
  }

  ended(request: object): void {
    const running = request as Running
    const socket = running[SOCKET]
    if (socket === undefined) return
    running[SOCKET] = undefined
    socket[RUNNING] = (socket[RUNNING] ?? 1) - 1
  }

  /** Adds the active and idle connections to the levels of their origins. */
  count(levelsOf: (origin: Origin) => UndiciLevels): void {
    this.#sweep()
    for (const [socket, origin] of this.#sockets) {
      const levels = levelsOf(origin)
      if ((socket[RUNNING] ?? 0) > 0) levels.active++
      else levels.idle++
    }
  }

  clear(): void {
    this.#sockets.clear()
    this.#epoch = {}
  }

  #sweep(): void {
    for (const socket of this.#sockets.keys()) if (socket.destroyed === true) this.#sockets.delete(socket)
    this.#sweepAt = Math.max(64, 2 * this.#sockets.size)
  }
}
