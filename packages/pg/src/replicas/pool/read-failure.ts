import type { RoutableClient } from './driver-shapes.ts'

/**
 * SQLSTATE classes that may be the replica's and not the statement's: the primary then has the last word. The statement reads and
 * is a transaction of its own, so running it again is safe.
 * See https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const REPLICA_CLASSES: ReadonlySet<string> = new Set([
  // Feature not supported: an unlogged or temporary table during recovery.
  '0A',
  // Connection exceptions, and a pooler between that has lost the server.
  '08',
  // Invalid transaction state: 25006, a write during recovery.
  '25',
  // A prepared statement or a cursor that the server does not have.
  '26',
  '34',
  // Authorization and names of databases: the replica may be set up in another way.
  '28',
  '3D',
  '3F',
  // 40001, a conflict with recovery, and deadlocks with it.
  '40',
  // A table, a column or a function that has not arrived yet, or that this user may not read there.
  '42',
  // Out of disk, memory or connections.
  '53',
  '55',
  '57',
  '58',
  'F0',
  'XX',
])
/** Cancelled by a time limit or by somebody: the application's own limit, for either server. */
const CANCELLED = '57014'
/** The number of values is wrong, for example; but poolers say it too when they lose a server, with the severity `FATAL`. */
const PROTOCOL_VIOLATION = '08P01'
/** What pg-pool says when all connections were in use for too long. It has no code. */
const NONE_FREE = 'timeout exceeded when trying to connect'

/**
 * Whose the failure of a statement is. `statement`: its own, that of the application's code (a value or a type that cannot be read), or
 * of a limit of the application. `server`: the connection is lost or the server goes away. `unclear`: the answer of the primary decides.
 */
export type Culprit = 'statement' | 'unclear' | 'server'

/** Whose failure it is that a statement has ended with on this connection. */
export function culpritOf(error: unknown, client: RoutableClient): Culprit {
  const code = codeOf(error)
  // The driver and the application's code fail without a code, and the connection goes on.
  if (code === undefined) return client.connection?.stream?.destroyed === false ? 'statement' : 'server'
  const { severity } = error as { readonly severity?: unknown }
  if (code === CANCELLED || (code === PROTOCOL_VIOLATION && severity !== 'FATAL')) return 'statement'
  // A function may raise any of them, and the session goes on.
  if ((code.startsWith('08') || /^57P0[1-5]$/.test(code)) && severity !== 'ERROR') return 'server'
  return REPLICA_CLASSES.has(code.slice(0, 2)) ? 'unclear' : 'statement'
}

/** Whether a pool had no free connection in time: nothing is known of its server. */
export function isPoolBusy(error: unknown): boolean {
  const { message, code } = Object(error) as { readonly message?: unknown; readonly code?: unknown }
  return message === NONE_FREE && code === undefined
}

/** Whether the replica says that the statement writes. */
export function isWriteRefused(error: unknown): boolean {
  return codeOf(error) === '25006'
}

/** Whether a server that refuses a session or a statement is there all the same, and not about to end or to begin. */
export function isRefusal(error: unknown): boolean {
  return !/^(?:08|57|58|XX|$)/.test(codeOf(error) ?? '')
}

/** The SQLSTATE; undefined for errors of the network and of the driver, e.g. `ECONNRESET`. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = (error as { readonly code?: unknown } | null | undefined)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code) ? code : undefined
}
