import { createHash } from 'node:crypto'

/** Longer names are hashed: databases limit how long what they index may be. */
const MAX_CHARS = 200

/**
 * The name of a service as part of a key at a server. Scopes differ whenever names do, and the usual ones are as they are: only
 * braces, percent signs and control characters are written as `%7B`, for in Redis braces say which node a key is on, and
 * Postgres keeps no U+0000.
 */
export function serviceScope(service: string): string {
  // No name is written as either of these, for a percent sign is followed by two hexadecimal digits.
  if (service === '') return '%none'
  // Two names that differ in a lone surrogate only are the same in UTF-8.
  if (service.length > MAX_CHARS || !service.isWellFormed()) return `%hash-${digestOf(service)}`
  // oxlint-disable-next-line no-control-regex
  return service.replaceAll(/[{}%\u0000-\u001f\u007f]/g, char => {
    return `%${char.codePointAt(0)!.toString(16).toUpperCase().padStart(2, '0')}`
  })
}

/** Differs whenever names do, also for names that are the same in UTF-8. */
export function digestOf(name: string): string {
  return createHash('sha256').update(Buffer.from(name, 'utf16le')).digest('hex').slice(0, 32)
}
