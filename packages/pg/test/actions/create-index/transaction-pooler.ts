import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import pgDriver from 'pg'

/** Types of messages of the server: https://www.postgresql.org/docs/15/protocol-message-formats.html */
const READY = 0x5a
const IDLE = 0x49
const TERMINATE = 0x58
/** No process has it: what a pooler says of itself. */
const OWN_PROCESS_ID = 2 ** 31 - 7

/** A pooler as PgBouncer is with `pool_mode = transaction`: one connection to the server, which the clients have in turn for a transaction each. */
export class TransactionPooler implements AsyncDisposable {
  readonly #server: Server
  readonly #client: pgDriver.Client
  readonly #waiting: (() => void)[] = []
  #owner: Socket | undefined

  private constructor(client: pgDriver.Client) {
    this.#client = client
    const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection
    stream.removeAllListeners('data')
    let rest: Buffer = Buffer.alloc(0)
    stream.on('data', (chunk: Buffer) => {
      this.#owner?.write(chunk)
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
        const isOver = rest[0] === READY && rest[5] === IDLE
        rest = rest.subarray(1 + rest.readUInt32BE(1))
        if (isOver) this.#release()
      }
    })
    this.#server = createServer(socket => this.#accept(socket, stream))
  }

  /** @param url - of the server */
  static async before(url: string): Promise<TransactionPooler> {
    const client = new pgDriver.Client({ connectionString: url }).on('error', () => {})
    await client.connect()
    const pooler = new TransactionPooler(client)
    pooler.#server.listen(0, '127.0.0.1')
    await once(pooler.#server, 'listening')
    return pooler
  }

  /** The address of the server, by way of this pooler. */
  through(url: string): string {
    const changed = new URL(url)
    changed.host = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return changed.href
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    ;(this.#client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream.destroy()
    await once(this.#server, 'close')
  }

  #accept(socket: Socket, upstream: Socket): void {
    socket.on('error', () => {})
    socket.once('data', () => {
      // Authenticated; who answers; ready.
      const key = Buffer.alloc(13)
      key.write('K')
      key.writeUInt32BE(12, 1)
      key.writeUInt32BE(OWN_PROCESS_ID, 5)
      socket.write(
        Buffer.concat([Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]), key, Buffer.from([READY, 0, 0, 0, 5, IDLE])]),
      )
      socket.on('data', (chunk: Buffer) => {
        if (chunk[0] === TERMINATE) return void socket.end()
        const send = (): void => {
          this.#owner = socket
          upstream.write(chunk)
        }
        if (this.#owner === undefined || this.#owner === socket) send()
        else this.#waiting.push(send)
      })
    })
  }

  #release(): void {
    this.#owner = undefined
    this.#waiting.shift()?.()
  }
}
