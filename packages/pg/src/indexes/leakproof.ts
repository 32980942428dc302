import type { Condition } from './table-use.ts'

/** Types whose comparisons tell nothing of what they are given. Source: pg_proc.proleakproof of the functions behind =, < and >. */
const SILENT =
  /^(?:int[248]|oid|bool|text|varchar|bpchar|name|char|uuid|date|time|timetz|timestamp|timestamptz|interval|float[48]|inet|bytea|money)$/

/** Whether the planner searches an index for a condition before it has checked what the rows are barred by. */
export function isLeakproof(condition: Condition): boolean {
  const { comparison, key } = condition
  if (key === undefined || comparison === 'other') return true
  return (
    comparison !== 'contains' && !('searched' in condition) && key.column !== undefined && SILENT.test(key.column.type)
  )
}
