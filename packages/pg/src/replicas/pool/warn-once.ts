import { diag } from '@opentelemetry/api'

/** A line for the operator, once. */
export function warnOnce(line: string): () => void {
  let isSaid = false
  return () => {
    if (!isSaid) diag.warn(`@homeostat/pg: ${line}`)
    isSaid = true
  }
}
