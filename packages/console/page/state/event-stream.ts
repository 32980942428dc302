/** One server-sent event. */
export interface StreamEvent {
  readonly event: string
  readonly data: string
}

/**
 * Takes a stream of server-sent events apart, chunk by chunk (https://html.spec.whatwg.org/multipage/server-sent-events.html). Not an
 * `EventSource`: that one cannot send a token, and keeps to itself why it was refused.
 */
export class EventStreamReader {
  #rest = ''

  /** The events that are complete with this chunk. */
  read(chunk: string): StreamEvent[] {
    const parts = (this.#rest + chunk).split('\n\n')
    this.#rest = parts.pop() ?? ''
    return parts.flatMap(part => {
      const lines = part.split('\n')
      const field = (name: string): string | undefined =>
        lines.find(line => line.startsWith(`${name}: `))?.slice(name.length + 2)
      const [event, data] = [field('event'), field('data')]
      return event === undefined || data === undefined ? [] : [{ event, data }]
    })
  }
}
