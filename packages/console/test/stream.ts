import type { Messages } from '../src/wire/messages.ts'
import { EventStreamReader } from '../page/state/event-stream.ts'

/** One message as it came. */
export type Message = {
  readonly [Name in keyof Messages]: { readonly event: Name; readonly data: Messages[Name] }
}[keyof Messages]

/** A page that looks, as far as the server can tell. */
export interface Stream extends AsyncDisposable {
  readonly status: number
  readonly messages: readonly Message[]
  /** The first message of this kind that fulfils a condition, as soon as it is there. */
  next<Name extends keyof Messages>(event: Name, isIt?: (data: Messages[Name]) => boolean): Promise<Messages[Name]>
  /** Settles when the server has ended it. */
  readonly ended: Promise<void>
}

/** Opens a stream of a console. */
export async function openStream(address: string, headers: Record<string, string> = {}): Promise<Stream> {
  const abort = new AbortController()
  const response = await fetch(`${address}/events`, { headers, signal: abort.signal })
  const messages: Message[] = []
  const waiting = new Set<() => void>()
  const read = async (): Promise<void> => {
    if (!response.ok) return
    const reader = new EventStreamReader()
    const decoder = new TextDecoder()
    for await (const chunk of response.body!) {
      for (const { event, data } of reader.read(decoder.decode(chunk as Uint8Array, { stream: true })))
        messages.push({ event, data: JSON.parse(data) as never } as Message)
      for (const wake of waiting) wake()
    }
  }
  const ended = read().catch(() => undefined)
  return {
    status: response.status,
    messages,
    ended,
    async next(event, isIt = () => true) {
      for (;;) {
        const found = messages.find(message => message.event === event && isIt(message.data as never))
        if (found) return found.data as never
        await new Promise<void>(resolve => {
          const wake = (): void => {
            waiting.delete(wake)
            resolve()
          }
          waiting.add(wake)
        })
      }
    },
    async [Symbol.asyncDispose]() {
      abort.abort()
      await response.body?.cancel().catch(() => undefined)
      await ended
    },
  }
}
