import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { Transform } from 'node:stream'

/** What happens on the way to a server. */
export type Wire = 'open' | 'cut' | 'stalled'

export interface TcpProxyOptions {
  /** How long everything takes on the way, in each direction, as to a server far away, in milliseconds. @default 0 */
  readonly delayMs?: number
}

/** A wire that can be cut (connections break, new ones are refused) or stalled (they stay, and nothing comes through). */
export class TcpProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #wire: Wire = 'open'
  #target: { readonly host: string; readonly port: number }

  private constructor(target: { readonly host: string; readonly port: number }, { delayMs = 0 }: TcpProxyOptions) {
    this.#target = target
    this.#server = createServer(socket => {
      if (this.#wire === 'cut') return void socket.destroy()
      const upstream = connect(this.#target)
      for (const [from, to] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        this.#sockets.add(from)
        from.on('error', () => {})
        from.on('close', () => {
          this.#sockets.delete(from)
          to.destroy()
        })
        if (delayMs > 0) from.pipe(delayed(delayMs)).pipe(to)
        else from.pipe(to)
        if (this.#wire === 'stalled') from.pause()
      }
    })
  }

  static async to(
    target: { readonly host: string; readonly port: number },
    options: TcpProxyOptions = {},
  ): Promise<TcpProxy> {
    const proxy = new TcpProxy(target, options)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** The address of the server, by way of this wire. */
  through(url: string): string {
    const changed = new URL(url)
    changed.hostname = '127.0.0.1'
    changed.port = String(this.port)
    return changed.href
  }

  /** Leads new connections to another server; those that are open stay where they are. */
  lead(target: { readonly host: string; readonly port: number }): void {
    this.#target = target
  }

  set(wire: Wire): void {
    this.#wire = wire
    for (const socket of this.#sockets) {
      if (wire === 'cut') socket.destroy()
      else if (wire === 'stalled') socket.pause()
      else socket.resume()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.set('cut')
    this.#server.close()
    await once(this.#server, 'close')
  }
}

function delayed(ms: number): Transform {
  return new Transform({
    transform(chunk, _encoding, done) {
      setTimeout(done, ms, null, chunk)
    },
  })
}
