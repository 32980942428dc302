import type { Origin, UndiciLevels } from './origin.ts'

/** A socket as far as it matters: a `net.Socket`, a `TLSSocket` or the socket of an HTTP/2 session. */
export interface SocketShape {
  readonly destroyed?: boolean
}

/** A socket, with who follows it and how many requests it carries now. */
type Followed = SocketShape & Record<symbol, object | number | undefined>

/** Something that runs on a socket. */
type Running = Record<symbol, SocketShape | undefined>

/**
 * The open connections of undici. Sockets get no listener: a closed one is found when the levels are read, or when the list has
 * doubled since the last look.
 */
export class OpenSockets {
  // Each instrumentation of the process keeps its own.
  readonly #follower = Symbol('homeostat.http.follower')
  readonly #running = Symbol('homeostat.http.running')
  readonly #socket = Symbol('homeostat.http.socket')
  readonly #sockets = new Map<SocketShape, Origin>()
  #sweepAt = 64
  /** Another one after each pause of the measuring. */
  #epoch: object = {}

  add(socket: SocketShape, origin: Origin): void {
    ;(socket as Followed)[this.#follower] = this.#epoch
    this.#sockets.set(socket, origin)
    if (this.#sockets.size >= this.#sweepAt) this.#sweep()
  }

  /** A request goes out on a connection, which may have been open before anything was measured. */
  began(socket: SocketShape | undefined, request: object, origin: Origin): void {
    const running = request as Running
    if (socket === undefined || running[this.#socket] === socket) return
    if ((socket as Followed)[this.#follower] !== this.#epoch) this.add(socket, origin)
    this.ended(request)
    running[this.#socket] = socket
    this.#carries(socket, 1)
  }

  ended(request: object): void {
    const running = request as Running
    const socket = running[this.#socket]
    if (socket === undefined) return
    running[this.#socket] = undefined
    this.#carries(socket, -1)
  }

  /** Adds the active and idle connections to the levels of their origins. */
  count(levelsOf: (origin: Origin) => UndiciLevels): void {
    this.#sweep()
    for (const [socket, origin] of this.#sockets) {
      const levels = levelsOf(origin)
      if ((((socket as Followed)[this.#running] ?? 0) as number) > 0) levels.active++
      else levels.idle++
    }
  }

  clear(): void {
    this.#sockets.clear()
    this.#epoch = {}
  }

  #carries(socket: SocketShape, change: 1 | -1): void {
    const followed = socket as Record<symbol, number | undefined>
    followed[this.#running] = Math.max(0, (followed[this.#running] ?? 0) + change)
  }

  #sweep(): void {
    for (const socket of this.#sockets.keys()) if (socket.destroyed === true) this.#sockets.delete(socket)
    this.#sweepAt = Math.max(64, 2 * this.#sockets.size)
  }
}
