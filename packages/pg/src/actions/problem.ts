import { errorType } from '@homeostat/signals'

/** What helps, or what it means, by code. */
export type Cures = Readonly<Record<string, string>>

// SQLSTATE classes and socket codes that have one cure. Source: PostgreSQL manual, appendix A.
const CURES: Cures = {
  ECONNREFUSED: 'the connection was refused: is the server up?',
  ENOTFOUND: 'the host name does not resolve',
  ETIMEDOUT: 'no answer: is the server reachable?',
  ECONNRESET: 'the connection broke',
  ENOENT: 'the socket does not exist: is the server up?',
  '25006': 'it writes, so a read-only transaction cannot plan it',
  '28P01': 'wrong password',
  '28000': 'the server does not let this user in',
  '3D000': 'the database does not exist',
  '42501': 'permission denied for this user',
  '42P01': 'a table is not found: is search_path set where only the application connects?',
  '53300': 'the server has no connection left',
  '55P03': 'a lock was held for longer than 200 ms',
  '57014': 'it took longer than 2 s to plan',
  '57P01': 'the server is shutting down',
  '57P03': 'the server is starting up',
}

/**
 * Says what went wrong by code and cure. Never the error's own message: servers quote literals and bind values in it, and
 * drivers passwords and addresses.
 *
 * @param own - what a code means where other limits hold than those of our usual connections
 */
export function describeProblem(where: string, error: unknown, own: Cures = {}): string {
  const { code, cure } = causeOf(error, own)
  return cure === undefined ? `${where}: failed (${code})` : `${where}: ${cure} (${code})`
}

/** The code of an error of the driver or the server, and what to do about it where one thing helps. */
export function causeOf(error: unknown, own: Cures = {}): { readonly code: string; readonly cure: string | undefined } {
  const cause = firstOf(error)
  const code = errorType(cause)
  return {
    code,
    cure: own[code] ?? CURES[code] ?? (isTimeout(cause) ? 'no answer in time: is the server reachable?' : undefined),
  }
}

/** Whether the server has answered, with an error: `42P01`, not `ECONNRESET` or `EPIPE`. */
export function isRefusal(error: unknown): boolean {
  return /^(?!E)[0-9A-Z]{5}$/.test(causeOf(error).code)
}

/** Node tries all addresses of a host, and puts the failures together. */
function firstOf(error: unknown): unknown {
  try {
    return error instanceof AggregateError ? error.errors[0] : error
  } catch {
    return undefined
  }
}

/** pg reports its own timeouts without a code. */
function isTimeout(error: unknown): boolean {
  try {
    return error instanceof Error && /timeout/i.test(error.message)
  } catch {
    return false
  }
}
