import { logFirst } from './faults.ts'

/** Several disposables as one, ended in the reverse order of their start; one that fails does not keep the others. */
export function disposeTogether(...parts: readonly Disposable[]): Disposable {
  return {
    [Symbol.dispose]: () => {
      const errors: unknown[] = []
      for (const part of parts.toReversed()) {
        try {
          part[Symbol.dispose]()
        } catch (error) {
          errors.push(error)
        }
      }
      if (errors.length > 0)
        throw new AggregateError(errors, `${errors.length} of ${parts.length} parts did not end cleanly`)
    },
  }
}

/**
 * Calls `work` every `intervalMs` without keeping the process alive. A throw or rejection of `work` goes to `report`,
 * never to the process; by default the first one is logged through `diag`.
 */
export function every(
  intervalMs: number,
  work: () => unknown,
  report: (error: unknown) => void = logFirst('periodic work'),
): Disposable {
  const timer = setInterval(() => {
    try {
      const outcome = work()
      if (outcome instanceof Promise) outcome.catch(report)
    } catch (error) {
      report(error)
    }
  }, intervalMs)
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
