import type { ServerResponse } from 'node:http'
import { every } from '@homeostat/signals'
import type { Send } from '../feed/feed.ts'

/** Pages that look at the same time. */
export const MOST_VIEWERS = 8
/** What may wait for one viewer that reads slowly. It is then cut off; its page asks again and gets the present state. */
const MOST_WAITING_BYTES = 8_000_000
/** A proxy ends a connection on which nothing comes. */
const BEAT_MS = 15_000

const EVENT_STREAM = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // nginx would hold events back.
  'x-accel-buffering': 'no',
}

/** The open streams of server-sent events, at most {@link MOST_VIEWERS}. */
export class Viewers implements Disposable {
  readonly #open = new Set<ServerResponse>()
  readonly #onLast: () => void
  #beat: Disposable | undefined

  /** To all viewers. */
  readonly send: Send = (event, data) => this.#write(messageOf(event, data))

  /** @param onLast - called when the last viewer has gone */
  constructor(onLast: () => void) {
    this.#onLast = onLast
  }

  get count(): number {
    return this.#open.size
  }

  /** Begins a stream; undefined where there are too many. */
  add(response: ServerResponse): Send | undefined {
    if (this.#open.size >= MOST_VIEWERS) return undefined
    response.writeHead(200, EVENT_STREAM)
    response.flushHeaders()
    this.#open.add(response)
    this.#beat ??= every(BEAT_MS, () => this.#write(': here\n\n'))
    response.on('close', () => this.#remove(response))
    return (event, data) => this.#writeTo(response, messageOf(event, data))
  }

  [Symbol.dispose](): void {
    for (const response of this.#open) response.destroy()
  }

  #write(text: string): void {
    for (const response of this.#open) this.#writeTo(response, text)
  }

  #writeTo(response: ServerResponse, text: string): void {
    if (response.destroyed) return
    if (response.writableLength > MOST_WAITING_BYTES) response.destroy()
    else response.write(text)
  }

  #remove(response: ServerResponse): void {
    if (!this.#open.delete(response) || this.#open.size > 0) return
    this.#beat?.[Symbol.dispose]()
    this.#beat = undefined
    this.#onLast()
  }
}

/** JSON has no line breaks of its own, so that an event is two lines. */
function messageOf(event: string, data: string): string {
  return `event: ${event}\ndata: ${data}\n\n`
}
