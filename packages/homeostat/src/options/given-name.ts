/** For a line that people read. */
const LONGEST_NAME = 100

/** The name of a live object of the application's. It may be missing, no text, or a getter that throws. */
export function givenName(owner: { readonly name?: unknown }, fallback: string): string {
  try {
    const { name } = owner
    return typeof name === 'string' && name !== '' ? name.slice(0, LONGEST_NAME) : fallback
  } catch {
    return fallback
  }
}
