const OTHER = '_OTHER'

/** A SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/
/** Codes of Node, libuv, undici and ours. Other codes may hold anything: an application may make one of a key. */
const KNOWN_CODE = /^(?:E[A-Z0-9_]{1,24}|(?:ERR|UND_ERR|HOMEOSTAT|HPE|CERT|DEPTH|SELF|UNABLE|NR)(?:_[A-Z0-9]+){1,10})$/
/** Names of classes of errors end like this by convention. */
const CLASS = /^[A-Z][A-Za-z0-9]{0,60}(?:Error|Exception)$|^error$|^Error$/

/**
 * What `error.type` says of an error: its code when it is a SQLSTATE or a code of Node, libuv or Homeostat, else its class;
 * `_OTHER`, as the semantic conventions have it, for everything else that is an error.
 *
 * Never the message, and no code or name that could hold one: drivers' errors quote keys, statements and values. Never
 * throws, whatever the error is.
 *
 * @example
 * ```ts
 * errorType(new RangeError('x')) // 'RangeError'
 * errorType({ code: '23505' }) // '23505'
 * errorType('a string was thrown') // 'string'
 * ```
 */
export function errorType(error: unknown): string {
  try {
    if ((typeof error !== 'object' && typeof error !== 'function') || error === null) return typeof error
    const { code, name } = error as { code?: unknown; name?: unknown }
    if (typeof code === 'string' && code.length <= 64 && (SQLSTATE.test(code) || KNOWN_CODE.test(code))) return code
    return typeof name === 'string' && name.length <= 64 && CLASS.test(name) ? name : OTHER
  } catch {
    return OTHER
  }
}
