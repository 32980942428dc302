const OTHER = '_OTHER'

/**
 * What `error.type` says of an error: its code (SQLSTATE, errno or another), else its class, but only when that looks
 * like an identifier; `_OTHER`, as the semantic conventions have it, for everything else that is an error.
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
    if (isIdentifier(code)) return code
    return isIdentifier(name) ? name : OTHER
  } catch {
    return OTHER
  }
}

function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && /^\w{1,64}$/.test(value)
}
