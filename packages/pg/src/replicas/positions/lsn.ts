/** A position in the write-ahead log, as a number of bytes. */
export type Lsn = bigint

/** Before every position. */
export const NO_LSN: Lsn = 0n

const PATTERN = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/
const PAGE = 8_192n
/** Sizes of the headers of a page and of the first page of a segment; see src/include/access/xlog_internal.h. */
const SHORT_HEADER = 24n
const LONG_HEADER = 40n

/** Reads `16/B374D848`; undefined for anything else. */
export function parseLsn(text: unknown): Lsn | undefined {
  const parts = typeof text === 'string' ? PATTERN.exec(text) : null
  if (parts === null) return undefined
  return (BigInt(`0x${parts[1]}`) << 32n) | BigInt(`0x${parts[2]}`)
}

/** Writes a position as Postgres does. */
export function formatLsn(lsn: Lsn): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffff_ffffn).toString(16).toUpperCase()}`
}

/**
 * The end of the last record before an insert position. When a record has filled a page, the next one is inserted behind the header
 * of the next page, while a replica that has replayed everything stands before it, and would seem to be behind until somebody writes.
 */
export function endOfRecords(insertPosition: Lsn, segmentBytes: Lsn): Lsn {
  if (insertPosition % segmentBytes === LONG_HEADER) return insertPosition - LONG_HEADER
  return insertPosition % PAGE === SHORT_HEADER ? insertPosition - SHORT_HEADER : insertPosition
}
