import { LONGEST_ENTRY, type LogEntry } from './log-entry.ts'

// Columns of csvlog, from 0. Source: PostgreSQL manual, "Using CSV-Format Log Output".
const DATABASE = 2
const SEVERITY = 11
const MESSAGE = 13
const DETAIL = 14

/** Reads csvlog: what is in quotes may go over several lines. */
export async function* csvEntries(lines: AsyncIterable<string>): AsyncGenerator<LogEntry> {
  let record = ''
  let quotes = 0
  for await (const line of lines) {
    if (record.length <= LONGEST_ENTRY) record += record === '' ? line : `\n${line}`
    quotes += quotesIn(line)
    if (quotes % 2 === 1) continue
    const entry = record.length <= LONGEST_ENTRY ? entryOf(columnsOf(record)) : undefined
    record = ''
    quotes = 0
    if (entry) yield entry
  }
}

function entryOf(columns: readonly string[]): LogEntry | undefined {
  if (columns[SEVERITY] !== 'LOG') return undefined
  return {
    message: columns[MESSAGE] ?? '',
    detail: columns[DETAIL] ?? '',
    database: columns[DATABASE] || undefined,
  }
}

function quotesIn(line: string): number {
  let count = 0
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) count++
  return count
}

function columnsOf(record: string): readonly string[] {
  const columns: string[] = []
  const column = /(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/gy
  while (columns.length <= DETAIL && column.lastIndex < record.length) {
    const [, quoted, plain] = column.exec(record) ?? []
    if (quoted === undefined && plain === undefined) break
    columns.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
  }
  return columns
}
