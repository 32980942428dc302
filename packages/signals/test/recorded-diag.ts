import { diag, DiagLogLevel } from '@opentelemetry/api'

export interface RecordedDiag extends Disposable {
  readonly lines: string[]
}

/** The lines that are logged through `diag` from here on. */
export function recordDiag(): RecordedDiag {
  const lines: string[] = []
  const recorder =
    (level: string) =>
    (message: string, ...rest: unknown[]) =>
      void lines.push([level, message, ...rest].map(String).join(' '))
  const logger = {
    error: recorder('error'),
    warn: recorder('warn'),
    info: recorder('info'),
    debug: recorder('debug'),
    verbose: recorder('verbose'),
  }
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
  return { lines, [Symbol.dispose]: () => diag.disable() }
}
