import { csvEntries } from './csv-entries.ts'
import { jsonEntries } from './json-entries.ts'
import type { LogEntry } from './log-entry.ts'
import { stderrEntries } from './stderr-entries.ts'

/** The formats that `log_destination` names. */
export type LogFormat = 'stderr' | 'csvlog' | 'jsonlog'

/** The messages of a log, whose first line tells its format. */
export async function* entriesOf(lines: AsyncGenerator<string>): AsyncGenerator<LogEntry> {
  const first = await lines.next()
  if (first.done === true) return
  const all = withFirst(first.value, lines)
  const read = { stderr: stderrEntries, csvlog: csvEntries, jsonlog: jsonEntries }[formatOf(first.value)]
  yield* read(all)
}

/** A line of csvlog has at least 23 columns, and begins with a time and the name of a user. */
export function formatOf(line: string): LogFormat {
  if (line.startsWith('{')) return 'jsonlog'
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [^,]+,(?:"[^"]*")?,(?:"[^"]*")?,\d+,/.test(line) ? 'csvlog' : 'stderr'
}

async function* withFirst(first: string, lines: AsyncIterable<string>): AsyncGenerator<string> {
  yield first
  yield* lines
}
