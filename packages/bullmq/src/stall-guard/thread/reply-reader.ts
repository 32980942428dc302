import { errorOfReply, RedisTroubleError } from '../../redis/redis-trouble.ts'

/** A reply of Redis. An error inside a list is a value of it. */
export type Reply = string | number | null | Error | readonly Reply[]

/** Our scripts answer with a few numbers, and sentinels with an address. */
const MOST_BYTES = 4_194_304
const CR = 13

/** The reply cannot be read to its end yet. */
const INCOMPLETE = Symbol('incomplete')

/**
 * Reads replies from the bytes of a connection, as they arrive: RESP 2,
 * https://redis.io/docs/latest/develop/reference/protocol-spec/.
 */
export class ReplyReader {
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0

  /** The replies that are complete with these bytes. @throws RedisTroubleError when this is not Redis */
  push(bytes: Buffer): Reply[] {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes])
    if (this.#bytes.length > MOST_BYTES) throw new RedisTroubleError('refused')
    const replies: Reply[] = []
    for (;;) {
      this.#at = 0
      const reply = this.#read()
      if (reply === INCOMPLETE) return replies
      replies.push(reply)
      this.#bytes = this.#bytes.subarray(this.#at)
    }
  }

  #read(): Reply | typeof INCOMPLETE {
    const line = this.#line()
    if (line === undefined) return INCOMPLETE
    const rest = line.slice(1)
    switch (line.charAt(0)) {
      case '+':
        return rest
      case '-':
        return errorOfReply(rest)
      case ':':
        return Number(rest)
      case '$':
        return this.#text(Number(rest))
      case '*':
        return this.#list(Number(rest))
      default:
        throw new RedisTroubleError('refused')
    }
  }

  #line(): string | undefined {
    const end = this.#bytes.indexOf(CR, this.#at)
    // The line feed has to be there too.
    if (end === -1 || end + 1 >= this.#bytes.length) return undefined
    const line = this.#bytes.toString('latin1', this.#at, end)
    this.#at = end + 2
    return line
  }

  #text(length: number): string | null | typeof INCOMPLETE {
    if (length < 0) return null
    const end = this.#at + length
    if (end + 2 > this.#bytes.length) return INCOMPLETE
    const text = this.#bytes.toString('utf8', this.#at, end)
    this.#at = end + 2
    return text
  }

  #list(length: number): Reply | typeof INCOMPLETE {
    if (length < 0) return null
    const items: Reply[] = []
    for (let i = 0; i < length; i++) {
      const item = this.#read()
      if (item === INCOMPLETE) return INCOMPLETE
      items.push(item)
    }
    return items
  }
}
