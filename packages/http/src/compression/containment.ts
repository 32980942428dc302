import { logFirst } from '@homeostat/signals'

/** Runs work whose failure must not reach the application: it is logged once, and the other value is returned. */
export function containment(what: string): <T>(work: () => T, otherwise: T) => T {
  const report = logFirst(what)
  return (work, otherwise) => {
    try {
      return work()
    } catch (error) {
      report(error)
      return otherwise
    }
  }
}
