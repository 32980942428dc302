import { writeLine } from '@homeostat/signals'

/** A line for the operator, once. */
export function warnOnce(line: string): () => void {
  let isSaid = false
  return () => {
    if (!isSaid) writeLine('warn', `@homeostat/pg: ${line}`)
    isSaid = true
  }
}
