import { ignoreRejection, logFirst } from '@homeostat/signals'

/** Stands for the answer of a function that gave none: it threw, or returned a promise. */
export const UNCLEAR: unique symbol = Symbol('unclear')

/** It answered with a promise, which comes too late. */
class LateAnswerError extends Error {
  readonly code = 'HOMEOSTAT_LATE_ANSWER'

  constructor() {
    super('it returned a promise, but has to answer at once')
  }
}

/**
 * A function that the application gave as an option, asked for each response. It reaches nobody when it throws, or returns a promise that
 * rejects: one line says so.
 *
 * @param what - names the option, e.g. `exclude of compressionForNode()`
 */
export function askedOption<Given extends readonly unknown[]>(
  what: string,
  ask: (...given: Given) => unknown,
): (...given: Given) => unknown {
  const report = logFirst(what)
  return (...given) => {
    try {
      const answer = ask(...given)
      if (typeof answer !== 'object' || answer === null || !('then' in answer)) return answer
      ignoreRejection(answer)
      report(new LateAnswerError())
    } catch (error) {
      report(error)
    }
    return UNCLEAR
  }
}

/** Whether a response is excluded. What gives no clear answer may have been about to say yes. */
export function excluder<Given extends readonly unknown[]>(
  of: string,
  { exclude, isUnclear }: { readonly exclude: ((...given: Given) => unknown) | undefined; readonly isUnclear: boolean },
): (...given: Given) => boolean {
  if (isUnclear) return () => true
  if (exclude === undefined) return () => false
  const asked = askedOption(`exclude of ${of}`, exclude)
  return (...given) => Boolean(asked(...given))
}
