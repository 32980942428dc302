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

/** Whether the primary is to be asked after a replica has failed in this way. */
export function isReplicaFailure(error: unknown): boolean {
  const code = codeOf(error)
  if (code === undefined) return true
  return code !== CANCELLED && REPLICA_CLASSES.has(code.slice(0, 2))
}

/** Whether the replica is to be left alone for some time after it. */
export function isServerTrouble(error: unknown): boolean {
  const code = codeOf(error)
  if (code === undefined) return true
  return ['08', '28', '3D', '53', '58', 'XX'].includes(code.slice(0, 2)) || /^57P0[1-5]$/.test(code)
}

/** Whether the replica says that the statement writes. */
export function isWriteRefused(error: unknown): boolean {
  return codeOf(error) === '25006'
}

/** The SQLSTATE; undefined for errors of the network and of the driver, e.g. `ECONNRESET`. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = (error as { readonly code?: unknown } | null | undefined)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code) ? code : undefined
}
