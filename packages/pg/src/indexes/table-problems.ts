import type { Index, Table } from './catalog.ts'

/** As much is written before the server's own `autovacuum_analyze_scale_factor` of a tenth, and a margin, have it look again. */
const STALE_SHARE = 0.3

/** What is done about an index of the table that is not valid. */
export function remedy({ kind }: Table, { mayBeInBuilding }: Index): string {
  if (mayBeInBuilding) return 'it may be being built now: nothing is advised in its place'
  // Postgres drops the index of a partitioned table with its parts, and not concurrently.
  return kind === 'partitioned'
    ? 'because partitions lack their part of it: create and attach the missing ones, or DROP INDEX it first'
    : 'left by a failed build: DROP INDEX CONCURRENTLY it first'
}

/** A plan is as good as what the server knows of the values. */
export function staleStatistics({ name, rows, changed, isUnknown, kind }: Table): readonly string[] {
  // Parents have no rows of their own, and a materialized view does not change by writes.
  if (kind !== 'table') return []
  if (isUnknown) return [`${name} has never been analyzed, so its plans are guesses: run ANALYZE ${name}`]
  const share = changed / Math.max(1, rows)
  if (share < STALE_SHARE) return []
  return [
    `${Math.round(100 * share)} % of the rows of ${name} were written since it was last analyzed: run ANALYZE ${name}`,
  ]
}
