// Parts of an address go into telemetry and messages only if they are valid. Connection strings are written by
// people: one misplaced character makes a password look like a host, a port or a database to every parser.

/** Replaces a part that is not recognized as what it should be. */
export const UNKNOWN_PART = 'unknown'

const HOST = /^(?:\[?[0-9a-f:.]*:[0-9a-f:.]*(?:%\w{1,32})?\]?|[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]{0,252}))$/iu
/** The last part may be `project:region:instance`, as the sockets of Cloud SQL are named. */
const FOLDER = /^(?:\/[\w.-]{1,64}){1,16}(?:\/[\w.-]{1,64}(?::[\w.-]{1,64}){2,3})?\/?$/
const DATABASE = /^[\p{L}\p{N}_][\p{L}\p{N}_.$-]{0,62}$/u

/** The name or IP address of a host, or the folder of a Unix socket; undefined for everything else. */
export function hostPart(value: unknown): string | undefined {
  return typeof value === 'string' && (HOST.test(value) || FOLDER.test(value)) ? value : undefined
}

/** A port, as a text; undefined for everything else. */
export function portPart(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? text : undefined
}

/** The name of a database, as people choose them; undefined for everything else. */
export function databasePart(value: unknown): string | undefined {
  return typeof value === 'string' && DATABASE.test(value) ? value : undefined
}
