/** What lines are written to: `console`, or a logger like pino, winston or bunyan. */
export interface Logger {
  info(message: string): unknown
  warn(message: string): unknown
}

/** On stderr, so that a program's own output stays its own. */
const STDERR: Logger = {
  info: line => console.error(line),
  warn: line => console.error(line),
}

/** What the options say of the log. */
export interface LogChoice {
  readonly log?: Logger | false
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/** The logger that the options ask for; undefined for none. */
export function loggerOf({ log, environment = process.env }: LogChoice): Logger | undefined {
  if (log === false) return undefined
  if (isLogger(log)) return log
  return environment['HOMEOSTAT_LOG'] === 'off' ? undefined : STDERR
}

function isLogger(value: unknown): value is Logger {
  const { info, warn } = Object(value) as Partial<Record<keyof Logger, unknown>>
  return typeof info === 'function' && typeof warn === 'function'
}
