// The other process of `npm run bench -- http`: it sends requests over connections that stay open, one or several at a time on each.
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import type { LoadTask } from './server-bench.ts'

const CONNECTIONS = 8
const REQUEST = 'GET /users/42 HTTP/1.1\r\nhost: shop.internal\r\naccept: application/json\r\n\r\n'
const GOOD = Buffer.from('HTTP/1.1 200')
const ANY = Buffer.from('HTTP/1.1 ')

/** One open connection. Answers are counted by their first line, which is all that this process does with them. */
class Lane {
  readonly #socket: Socket
  #end = Buffer.alloc(0)
  #onAnswers: (count: number) => void = () => undefined

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('data', chunk => this.#onAnswers(this.#count(chunk)))
  }

  async opened(): Promise<void> {
    await once(this.#socket, 'connect')
  }

  /** Sends so many requests, `pipelined` at a time, and waits for all answers. */
  send(requests: number, pipelined: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    let unsent = requests
    let unanswered = requests
    let inFlight = 0
    const fill = (): void => {
      const count = Math.min(unsent, pipelined - inFlight)
      if (count <= 0) return
      unsent -= count
      inFlight += count
      this.#socket.write(REQUEST.repeat(count))
    }
    this.#onAnswers = answers => {
      unanswered -= answers
      inFlight -= answers
      if (unanswered === 0) resolve()
      // All at once, so that the server reads as many requests per turn in every variant.
      else if (inFlight === 0) fill()
    }
    fill()
    return promise
  }

  #count(chunk: Buffer): number {
    const text = this.#end.length === 0 ? chunk : Buffer.concat([this.#end, chunk])
    let count = 0
    let last = 0
    for (let at = text.indexOf(ANY); at >= 0; at = text.indexOf(ANY, at + ANY.length)) {
      if (text.length - at < GOOD.length) break
      if (text.compare(GOOD, 0, GOOD.length, at, at + GOOD.length) !== 0)
        throw new Error('the server refused a request')
      count++
      last = at + GOOD.length
    }
    // A first line may come in two chunks.
    this.#end = Buffer.from(text.subarray(Math.max(last, text.length - GOOD.length + 1)))
    return count
  }
}

const lanes = new Map<number, Promise<Lane[]>>()

async function open(port: number): Promise<Lane[]> {
  const opened = Array.from({ length: CONNECTIONS }, () => new Lane(port))
  await Promise.all(opened.map(lane => lane.opened()))
  return opened
}

process.on('message', message => {
  const { port, requests, pipelined } = message as LoadTask
  void (async () => {
    let own = lanes.get(port)
    if (own === undefined) lanes.set(port, (own = open(port)))
    await Promise.all((await own).map(lane => lane.send(Math.ceil(requests / CONNECTIONS), pipelined)))
    process.send!({ requests: Math.ceil(requests / CONNECTIONS) * CONNECTIONS })
  })()
})
await once(process, 'disconnect')
process.exit()
