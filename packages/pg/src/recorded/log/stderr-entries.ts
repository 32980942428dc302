import { LONGEST_ENTRY, type LogEntry } from './log-entry.ts'

/** What `log_line_prefix` puts in front differs from server to server; the severity stands behind it. */
const MESSAGE = /(?:^|[\s:\]>),|-])LOG: {1,2}(duration: \d[^]*)$/
const DETAIL = /(?:^|[\s:\]>),|-])DETAIL: {1,2}([^]*)$/
const OTHER =
  /(?:^|[\s:\]>),|-])(?:LOG|ERROR|FATAL|PANIC|WARNING|NOTICE|INFO|DEBUG[1-5]?|HINT|CONTEXT|STATEMENT|QUERY|LOCATION): {1,2}/

/**
 * Reads the log that servers write to standard error: the detail of a message is one more line behind it, and further lines of a text begin
 * with a tab. Only messages about durations are given.
 */
export async function* stderrEntries(lines: AsyncIterable<string>): AsyncGenerator<LogEntry> {
  let message: string | undefined
  let detail = ''
  let isDetail = false
  for await (const line of lines) {
    if (line.startsWith('\t')) {
      if (isDetail) detail = joined(detail, line)
      else if (message !== undefined) message = joined(message, line)
      continue
    }
    const found = DETAIL.exec(line)?.[1]
    if (found !== undefined && message !== undefined && detail === '') {
      detail = found
      isDetail = true
      continue
    }
    const next = MESSAGE.exec(line)?.[1]
    // A line without a severity is not the server's: what others write to the same place.
    if (next === undefined && !OTHER.test(line)) continue
    if (message !== undefined) yield { message, detail, database: undefined }
    message = next
    detail = ''
    isDetail = false
  }
  if (message !== undefined) yield { message, detail, database: undefined }
}

/** A text that has become too long is no longer one that can be explained. */
function joined(text: string, line: string): string {
  return text.length > LONGEST_ENTRY ? text : `${text}\n${line.slice(1)}`
}
