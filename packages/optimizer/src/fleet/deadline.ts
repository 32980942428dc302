import { errorType } from '@homeostat/signals'
import { CoordinatorUnavailableError } from './errors.ts'

/**
 * The work's result, or `CoordinatorUnavailableError` when it fails or takes longer. What a late result stands for is
 * the caller's to take back: it may come, or not.
 */
export function withinDeadline<T>(coordinator: string, timeoutMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new CoordinatorUnavailableError(coordinator, `no answer within ${timeoutMs} ms`))
    }, timeoutMs)
    // What is waited for keeps the process alive by its own socket, if it should.
    timer.unref()
    work.then(resolve, (error: unknown) => reject(asUnavailable(coordinator, error))).finally(() => clearTimeout(timer))
  })
}

/** Ours say already what to do. Of a driver's only the type: its message may hold keys and statements. */
function asUnavailable(coordinator: string, error: unknown): unknown {
  const { code } = Object(error) as { code?: unknown }
  if (typeof code === 'string' && code.startsWith('HOMEOSTAT_')) return error
  return new CoordinatorUnavailableError(coordinator, errorType(error), { cause: error })
}
