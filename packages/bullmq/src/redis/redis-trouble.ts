/** Why Redis does not do what is asked. */
export type Trouble =
  | 'unreachable'
  | 'closed'
  | 'slow'
  | 'credentials'
  | 'permission'
  | 'protected'
  | 'connections'
  | 'read-only'
  | 'memory'
  | 'unready'
  | 'type'
  | 'slots'
  | 'driver'
  | 'store'
  | 'refused'
  | 'unknown'

/** Why, and the code of the error where it has one that holds nothing private. */
export interface Unable {
  readonly trouble: Trouble
  readonly code?: string
}

/** Redis, or the way to it, does not do what is asked. */
export class RedisTroubleError extends Error {
  override readonly name = 'RedisTroubleError'
  readonly trouble: Trouble
  readonly code: string | undefined

  constructor(trouble: Trouble, code?: string) {
    super(code === undefined ? trouble : `${trouble} (${code})`)
    this.trouble = trouble
    this.code = code
  }
}

/** Another node serves the slot: `to` is its address as Redis writes it, `host:port`. */
export class RedirectionError extends Error {
  override readonly name = 'RedirectionError'
  readonly to: string
  /** Whether the slot is only being moved, so that the node has to be asked with ASKING, this once. */
  readonly isOnce: boolean

  constructor(to: string, isOnce: boolean) {
    super('redirected')
    this.to = to
    this.isOnce = isOnce
  }
}

const TROUBLE_OF_CODE: Readonly<Record<string, Trouble>> = {
  NOAUTH: 'credentials',
  WRONGPASS: 'credentials',
  NOPERM: 'permission',
  DENIED: 'protected',
  READONLY: 'read-only',
  NOREPLICAS: 'read-only',
  MISCONF: 'read-only',
  OOM: 'memory',
  LOADING: 'unready',
  MASTERDOWN: 'unready',
  CLUSTERDOWN: 'unready',
  TRYAGAIN: 'unready',
  BUSY: 'unready',
  WRONGTYPE: 'type',
  CROSSSLOT: 'slots',
}

/** Replies that begin with a plain `ERR`, and what they mean. */
const PLAIN_ERRORS: readonly (readonly [RegExp, Trouble, string?])[] = [
  // Redis 7 reports what a script may not do in this way.
  [/can't (?:run this command|access at least one of the keys)/i, 'permission', 'NOPERM'],
  [/^ERR max number of clients/, 'connections'],
  [/^ERR invalid password/, 'credentials'],
  // A slot is being moved.
  [/^ERR Script attempted to access a non local key/i, 'unready'],
]

/** Classifies an error reply of Redis. The text of the reply quotes keys and users, so only a code is kept. */
export function errorOfReply(text: string): RedisTroubleError | RedirectionError {
  const [code = '', , to = ''] = text.split(' ', 3)
  if ((code === 'MOVED' || code === 'ASK') && to !== '') return new RedirectionError(to, code === 'ASK')
  const plain = PLAIN_ERRORS.find(([pattern]) => pattern.test(text))
  if (plain !== undefined) return new RedisTroubleError(plain[1], plain[2])
  // Redis 6 quotes the error of a command in that of its script: `ERR Error running script (...): @user_script:9: WRONGTYPE ...`.
  const [, quoted = code] = /@user_script: ?\d+: -?([A-Z]+) /.exec(text) ?? []
  const known = /^[A-Z]{2,20}$/.test(quoted) ? quoted : undefined
  return new RedisTroubleError((known === undefined ? undefined : TROUBLE_OF_CODE[known]) ?? 'refused', known)
}

/** Codes of Node, libuv and OpenSSL. */
const NETWORK_CODE = /^(?:E[A-Z0-9_]{1,24}|(?:ERR|CERT|DEPTH|SELF|UNABLE|NR)(?:_[A-Z0-9]+){1,10})$/
/** Errors that client libraries make of a connection that is lost, by their class or message. */
const LOST =
  /^(?:MaxRetriesPerRequestError|ClusterAllFailedError|(?:Socket|Client|Disconnects)\w*Error|Connection is closed|Connection timeout|Stream isn't writeable)/
const LATE = /^(?:Command timed out|TimeoutError)/

/** Anything that was thrown on the way to Redis, by us or by the client library of the application. */
export function troubleOf(thrown: unknown): Unable {
  if (thrown instanceof RedisTroubleError)
    return { trouble: thrown.trouble, ...(thrown.code !== undefined && { code: thrown.code }) }
  if (thrown instanceof RedirectionError) return { trouble: 'unready', code: 'MOVED' }
  if (typeof thrown !== 'object' || thrown === null) return { trouble: 'unknown' }
  const { name, code, message, lastNodeError } = thrown as Readonly<Record<string, unknown>>
  // A cluster adds why its last node could not be asked.
  if (lastNodeError !== undefined && lastNodeError !== null) {
    const found = troubleOf(lastNodeError)
    if (found.trouble !== 'unknown') return found
  }
  const text = typeof message === 'string' ? message.replace(/^Ready check failed: /, '') : ''
  const isReply = name === 'ReplyError' || name === 'ErrorReply' || name === 'SimpleError'
  if (isReply || (TROUBLE_OF_CODE[text.split(' ', 1)[0]!] !== undefined && code === undefined))
    return troubleOf(errorOfReply(text))
  if (typeof code === 'string' && NETWORK_CODE.test(code)) return { trouble: 'unreachable', code }
  if (LATE.test(String(name)) || LATE.test(text)) return { trouble: 'slow' }
  if (LOST.test(String(name)) || LOST.test(text)) return { trouble: 'unreachable' }
  return { trouble: 'unknown' }
}
