import type { Cures } from '../problem.ts'

/** What the codes of the server mean for a build, a drop or an `ANALYZE`, which have limits of their own. */
export const INDEX_CURES: Cures = {
  '55P03': 'a transaction kept it waiting for more than 2 s',
  '57014': 'it was cancelled, or took too long',
  '54000': 'a value is longer than an index takes',
  '53100': 'the disk is full',
  HOMEOSTAT_PG_INDEX_TABLE_MISSING:
    'the table homeostat_index is missing and this user may not create it: run INDEX_TABLE of @homeostat/pg/domain in a migration',
}
