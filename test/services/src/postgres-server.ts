import type { PostgresBinariesOrigin } from './postgres-binaries.ts'

/** Where a Postgres server comes from. */
export type PostgresOrigin = 'environment' | PostgresBinariesOrigin

export interface PostgresOptions {
  /** Name of the database. Default `postgres`. On the server of `DATABASE_URL` a random ending is added. */
  readonly database?: string
  /** Server settings, as in postgresql.conf: `{ max_connections: '20' }`. They win over our defaults. */
  readonly settings?: Readonly<Record<string, string>>
  /** Use this port instead of a free one: with the same password, a stopped server seems to come back, empty. Not for the server of `DATABASE_URL`. */
  readonly port?: number
  /** Password of the superuser. Default: a random one. Not for the server of `DATABASE_URL`. */
  readonly password?: string
  /** Which origins to try, in this order. Default `['environment', 'debian', 'embedded']`. */
  readonly from?: readonly PostgresOrigin[]
  /** Debian's server with the extension hypopg, which is downloaded once. `from` then has no effect. @default false */
  readonly hypopg?: boolean
  /** Receives lines on slow work. @default one line on stderr for work that is slow the first time. */
  readonly log?: (line: string) => void
}

/** A Postgres server to use. */
export interface Postgres extends AsyncDisposable {
  /** Connection string, with the password. */
  readonly url: string
  readonly host: string
  readonly port: number
  /** A superuser, unless the server is that of `DATABASE_URL`. */
  readonly user: string
  readonly password: string
  readonly database: string
  readonly origin: PostgresOrigin
  /** As the server tells it: `15.13 (Debian 15.13-0+deb12u1)`. */
  readonly version: string
  /**
   * Stops the server, as an administrator would (open connections end with 57P01), and removes its data. With `DATABASE_URL` only our
   * database is dropped; the server goes on. Calling it twice is harmless.
   */
  stop(): Promise<void>
}
