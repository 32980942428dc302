import type { ServerResponse } from 'node:http'

/** A method of Node's, with whatever the application hands in. */
type AnyMethod = (...given: readonly unknown[]) => unknown

/** What takes the place of the methods through which headers and body pass. */
export interface Replacements {
  readonly writeHead: (...given: readonly unknown[]) => ServerResponse
  readonly write: (chunk: unknown, encoding?: unknown, callback?: unknown) => boolean
  readonly end: (chunk?: unknown, encoding?: unknown, callback?: unknown) => ServerResponse
  readonly flushHeaders: () => void
  /** As `compression` has it: sends what was written so far. */
  readonly flush: () => void
}

/** What a held head needs to know. */
export interface HeldHead {
  /** Whether `writeHead()` was called and has not reached Node yet. */
  readonly isHeld: () => boolean
  /** Lets it reach Node. */
  readonly settle: () => void
}

/** What a stream between the application and Node needs to know. */
export interface StreamEnd {
  /** Whether `end()` was called and has not reached Node yet. */
  readonly isEnded: () => boolean
  /** The connection takes more. */
  readonly resume: () => void
}

/** A response as a place for methods. */
type Place = Record<'writeHead' | 'write' | 'end' | 'flushHeaders' | 'flush' | 'emit', AnyMethod>

/** Those that Node refuses once the headers are sent. */
const AFTER_HEAD = ['setHeader', 'setHeaders', 'appendHeader', 'removeHeader'] as const

/**
 * Puts methods into a response, and calls those that it had. Every response passes here, so what only some of them need (a held head, a
 * stream) is put in when it is needed, and nothing is deleted: that would make the response slow for everybody. A method that
 * somebody wrapped later stays wrapped.
 */
export class OwnMethods {
  readonly #response: ServerResponse
  readonly #place: Place
  readonly #own: Replacements
  readonly #writeHead: AnyMethod
  readonly #write: AnyMethod
  readonly #end: AnyMethod
  readonly #flushHeaders: AnyMethod
  #emit: AnyMethod | undefined
  #isHolding = false

  constructor(response: ServerResponse, own: Replacements) {
    this.#response = response
    this.#own = own
    const place = (this.#place = response as unknown as Place)
    this.#writeHead = place.writeHead
    this.#write = place.write
    this.#end = place.end
    this.#flushHeaders = place.flushHeaders
    place.writeHead = own.writeHead
    place.write = own.write
    place.end = own.end
    place.flushHeaders = own.flushHeaders
    place.flush ??= own.flush
  }

  writeHead(...given: readonly unknown[]): ServerResponse {
    return Reflect.apply(this.#writeHead, this.#response, given) as ServerResponse
  }

  write(chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
    return this.#write.call(this.#response, chunk, encoding, callback) as boolean
  }

  end(chunk?: unknown, encoding?: unknown, callback?: unknown): ServerResponse {
    return this.#end.call(this.#response, chunk, encoding, callback) as ServerResponse
  }

  flushHeaders(): void {
    this.#flushHeaders.call(this.#response)
  }

  /** Whether Node itself has the headers. */
  areHeadersSent(): boolean {
    return this.#isHolding ? native(this.#response, 'headersSent') : this.#response.headersSent
  }

  /** The response looks as if its headers were sent, and changes of headers are refused as Node refuses them. */
  hold({ isHeld, settle }: HeldHead): void {
    this.#isHolding = true
    const place = this.#place as unknown as Record<string, AnyMethod | undefined>
    define(this.#response, 'headersSent', () => isHeld() || native(this.#response, 'headersSent'))
    for (const name of AFTER_HEAD) {
      const original = place[name]
      if (original === undefined) continue
      place[name] = (...given) => {
        if (isHeld()) settle()
        return Reflect.apply(original, this.#response, given)
      }
    }
  }

  /** The body passes a stream: the application waits for that stream, and the stream for the connection. */
  passThrough({ isEnded, resume }: StreamEnd): void {
    const emit = (this.#emit = this.#place.emit)
    this.#place.emit = (event, ...given) => {
      if (event !== 'drain') return Reflect.apply(emit, this.#response, [event, ...given])
      resume()
      return true
    }
    define(this.#response, 'writableEnded', () => isEnded() || native(this.#response, 'writableEnded'))
  }

  /** The stream takes more. */
  drained(): void {
    this.#emit?.call(this.#response, 'drain')
  }

  /** Gives the response its own methods back, so that nothing of ours stays in its way. */
  release(): void {
    const own = this.#own
    if (this.#place.writeHead === own.writeHead) this.#place.writeHead = this.#writeHead
    if (this.#place.write === own.write) this.#place.write = this.#write
    if (this.#place.end === own.end) this.#place.end = this.#end
    if (this.#place.flushHeaders === own.flushHeaders) this.#place.flushHeaders = this.#flushHeaders
  }
}

function define(response: ServerResponse, name: string, get: () => boolean): void {
  Object.defineProperty(response, name, { get, configurable: true, enumerable: false })
}

/** What Node's class says of a property over which another one was put. */
function native(response: ServerResponse, name: 'headersSent' | 'writableEnded'): boolean {
  return Reflect.get(Object.getPrototypeOf(response) as object, name, response) as boolean
}
