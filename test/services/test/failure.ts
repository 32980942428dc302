/** The error a promise is rejected with; an error of its own when it is not. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise
  } catch (error) {
    return error instanceof Error ? error : new Error(`not an Error: ${String(error)}`)
  }
  return new Error('it did not fail')
}
