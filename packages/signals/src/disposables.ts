/**
 * Several disposables as one, ended in the reverse order of their start. If one fails, the others are ended all the same.
 *
 * @throws AggregateError when it is disposed of and parts of it failed
 */
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
