import { DiagLogLevel, diag, type DiagLogger } from '@opentelemetry/api'
import { afterAll, beforeAll, beforeEach } from 'vitest'

/** The warnings and errors that were logged during the test; it is emptied before the next one. */
export function loggedLines(): readonly string[] {
  const lines: string[] = []
  const line = (text: string): void => void lines.push(text)
  const logger: DiagLogger = { error: line, warn: line, info: () => {}, debug: () => {}, verbose: () => {} }
  beforeAll(() => void diag.setLogger(logger, DiagLogLevel.WARN))
  afterAll(() => diag.disable())
  beforeEach(() => void (lines.length = 0))
  return lines
}
