/**
 * How the reply of a lookup command shows hits and misses:
 * `value` null is a miss; `values` the same for each element; `map` empty is a miss; `count` the reply is the number of
 * hits among the keys asked for; `text` empty is a miss.
 */
export type LookupShape = 'value' | 'values' | 'map' | 'count' | 'text'

/** Commands that ask "is it there?". Anything that is not listed, Lua scripts included, is not a lookup. */
const shapes: Readonly<Record<string, LookupShape>> = {
  get: 'value',
  getex: 'value',
  getdel: 'value',
  hget: 'value',
  zscore: 'value',
  lindex: 'value',
  mget: 'values',
  hmget: 'values',
  hgetex: 'values',
  hgetdel: 'values',
  zmscore: 'values',
  hgetall: 'map',
  exists: 'count',
  // Redis answers '' both for a key that is not there and for a range outside of the value: both found nothing.
  getrange: 'text',
  substr: 'text',
}

/**
 * The shape of each lookup command, under its name as ioredis' methods send it and in capitals, as `redis.call('GET', ...)`
 * usually has it. Nothing is folded to lower case per command: that would cost more than the count itself.
 */
export const lookupShapes: ReadonlyMap<string, LookupShape> = new Map(
  Object.entries(shapes).flatMap(([name, shape]) => [
    [name, shape],
    [name.toUpperCase(), shape],
  ]),
)

/** How many things a command looked up. `asked` is the number of its arguments. */
export function countLookups(shape: LookupShape, reply: unknown, asked: number): number {
  switch (shape) {
    case 'values':
      return Array.isArray(reply) ? reply.length : 0
    case 'count':
      return asked
    case 'value':
    case 'map':
    case 'text':
      return 1
  }
}

/** How many of them were there. The reply is the server's own, before ioredis transforms it. */
export function countHits(shape: LookupShape, reply: unknown): number {
  switch (shape) {
    case 'value':
      return reply === null ? 0 : 1
    case 'values':
      return countPresent(reply)
    case 'map':
    case 'text':
      return isEmpty(reply) ? 0 : 1
    case 'count':
      // A string when the connection has `stringNumbers`.
      return Number(reply)
  }
}

function countPresent(reply: unknown): number {
  if (!Array.isArray(reply)) return 0
  let present = 0
  for (let i = 0; i < reply.length; i++) if (reply[i] !== null) present++
  return present
}

function isEmpty(reply: unknown): boolean {
  if (reply === null) return true
  // RESP2 replies HGETALL with a flat array, RESP3 with a map, which ioredis 6 may hand over as an object.
  const { length } = reply as { length?: number }
  if (length !== undefined) return length === 0
  for (const _ in reply as object) return false
  return true
}
