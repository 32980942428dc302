import type { LogEntry } from './log-entry.ts'

/** Reads jsonlog: one object a line. Source: PostgreSQL manual, "Using JSON-Format Log Output". */
export async function* jsonEntries(lines: AsyncIterable<string>): AsyncGenerator<LogEntry> {
  for await (const line of lines) {
    const fields = objectOf(line)
    if (fields?.['error_severity'] !== 'LOG') continue
    const database = fields['dbname']
    yield {
      message: textOf(fields['message']),
      detail: textOf(fields['detail']),
      database: typeof database === 'string' ? database : undefined,
    }
  }
}

function objectOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(line)
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined
  } catch {
    // The server was writing it, or it was cut.
    return undefined
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
