/** Receives lines: `console`, or a logger like pino, winston or bunyan. */
export interface Logger {
  info(message: string): unknown
  warn(message: string): unknown
}

/** On stderr, so that a program's own output stays its own. */
const STDERR: Logger = {
  info: line => console.error(line),
  warn: line => console.error(line),
}

/** The logger that the option `log` asks for; undefined for none. */
export function loggerOf(log: Logger | 'console' | boolean = true): Logger | undefined {
  if (log === false) return undefined
  if (log === 'console') return console
  return isLogger(log) ? log : STDERR
}

/** Whether lines appear where those of a console logger do. */
export function isOnConsole(logger: Logger | undefined): boolean {
  return logger === STDERR || logger === console
}

function isLogger(value: unknown): value is Logger {
  const { info, warn } = Object(value) as Partial<Record<keyof Logger, unknown>>
  return typeof info === 'function' && typeof warn === 'function'
}
