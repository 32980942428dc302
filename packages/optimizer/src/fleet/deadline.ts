import { errorType, within } from '@homeostat/signals'
import { CoordinatorUnavailableError } from './errors.ts'

/** Says which server gave no answer that counts, and why. */
export type Unavailable = new (server: string, reason: string, options?: ErrorOptions) => Error

/**
 * The work's result, or `CoordinatorUnavailableError`, unless another one is given, when it fails or takes longer. What a
 * late result stands for is the caller's to take back: it may come, or not.
 *
 * @param reasonOf - why a driver's error came, in one line; by default only its type, for its message may hold keys and statements
 */
export function withinDeadline<T>(
  server: string,
  timeoutMs: number,
  work: Promise<T>,
  UnavailableError: Unavailable = CoordinatorUnavailableError,
  reasonOf: (error: unknown) => string = errorType,
): Promise<T> {
  const failed = (error: unknown): Error => new UnavailableError(server, reasonOf(error), { cause: error })
  // A pending call keeps the process alive by its own socket, if it should.
  const late = (): Error => new UnavailableError(server, `no answer within ${timeoutMs} ms`)
  return within(timeoutMs, work, late).catch((error: unknown) => {
    throw isOurs(error) ? error : failed(error)
  })
}

/** Ours say already what to do. */
function isOurs(error: unknown): boolean {
  const { code } = Object(error) as { code?: unknown }
  return typeof code === 'string' && code.startsWith('HOMEOSTAT_')
}
