import * as api from '@opentelemetry/api'

/** Everything that this process sends or stores, by channel. */
export interface FollowedProcess {
  /** Takes a line as the diagnostic logger does. */
  readonly note: (...parts: unknown[]) => void
  readonly texts: () => Readonly<Record<'diag' | 'warnings' | 'unhandled' | 'logs', string>>
}

/** Keeps the diagnostic log, warnings, log records, and errors that nobody has caught. */
export function followProcess(): FollowedProcess {
  const diag: string[] = []
  const note = (...parts: unknown[]): void => void diag.push(parts.map(String).join(' '))
  api.diag.setLogger({ error: note, warn: note, info: note, debug: note, verbose: note }, api.DiagLogLevel.ALL)
  const warnings: string[] = []
  process.on('warning', ({ name, message, stack }) => warnings.push(`${name} ${message} ${stack}`))
  const unhandled: string[] = []
  process.on('unhandledRejection', error => unhandled.push(String((error as Error)?.stack)))
  process.on('uncaughtException', error => unhandled.push(String(error?.stack)))
  const logs: unknown[] = []
  ;(api as { logs?: { setGlobalLoggerProvider(provider: unknown): void } }).logs?.setGlobalLoggerProvider({
    getLogger: () => ({ emit: (record: unknown) => void logs.push(record), enabled: () => true }),
  })
  return {
    note,
    texts: () => ({
      diag: diag.join('\n'),
      warnings: warnings.join('\n'),
      unhandled: unhandled.join('\n'),
      logs: JSON.stringify(logs),
    }),
  }
}
