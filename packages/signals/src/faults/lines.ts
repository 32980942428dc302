import { diag } from '@opentelemetry/api'

/** How much a line matters. */
export type LineLevel = 'error' | 'warn'

/** Receives lines. */
export type LineListener = (level: LineLevel, text: string) => void

const listeners = new Set<LineListener>()

/**
 * Writes one line for people: through `diag`, and to those who follow the lines. Most applications set no logger of `diag`, so a
 * Homeostat follows the lines of its packages and writes them to its own log. Never throws.
 *
 * @param text - begins with the package, e.g. `@homeostat/pg: ...`, and holds nothing of others
 */
export function writeLine(level: LineLevel, text: string): void {
  try {
    diag[level](text)
  } catch {
    // The application's logger: there is nowhere else to report to.
  }
  for (const listener of listeners) {
    try {
      listener(level, text)
    } catch {
      // As above.
    }
  }
}

/** Calls the listener with each line from now on, until it is disposed of. */
export function followLines(listener: LineListener): Disposable {
  // One of its own for each call: they end one by one.
  const followed: LineListener = (level, text) => listener(level, text)
  listeners.add(followed)
  return { [Symbol.dispose]: () => void listeners.delete(followed) }
}
