import { databasePart, hostPart, portPart, UNKNOWN_PART } from '@homeostat/signals'
import type { ConnectionOptions } from './driver.ts'

const NO_HOST = '___no_host___'

/** Where a database is. */
export interface Address {
  readonly host: string
  readonly port: string
  readonly database: string
}

/** Parts that were given, whatever they hold. */
type Given = { readonly [Part in keyof Address]?: unknown } & { readonly user?: unknown }

/**
 * The address in a pool's or client's options, found as pg finds it: the connection string, then the options, then the
 * environment, then the defaults. Each part is what it claims to be, or `unknown`: a password that holds a `/`, `?` or `#`
 * makes every parser take pieces of it for something else. Never throws. Source: `pg/lib/connection-parameters.js`.
 */
export function addressOf(options: unknown, environment: NodeJS.ProcessEnv = process.env): Address {
  const own = plainParts(options)
  const url = partsOfUrl(own.connectionString)
  if (url === undefined) return { host: UNKNOWN_PART, port: UNKNOWN_PART, database: UNKNOWN_PART }
  const pick = (part: keyof Address, name: string, otherwise: string): unknown =>
    [url[part], own[part], environment[name]].find(isGiven) ?? otherwise
  return safeAddress({
    host: pick('host', 'PGHOST', 'localhost'),
    port: pick('port', 'PGPORT', '5432'),
    database:
      [
        url.database,
        own.database,
        environment['PGDATABASE'],
        url.user,
        own.user,
        environment['PGUSER'],
        environment['USER'],
      ].find(isGiven) ?? 'postgres',
  })
}

/** Takes each part only as what it should be. */
export function safeAddress({ host, port, database }: Given): Address {
  return {
    host: hostPart(host) ?? UNKNOWN_PART,
    port: portPart(port) ?? UNKNOWN_PART,
    database: databasePart(database) ?? UNKNOWN_PART,
  }
}

/** `host:port/database`. */
export function formatAddress({ host, port, database }: Address): string {
  return `${host}:${port}/${database}`
}

function plainParts(options: unknown): Given & { readonly connectionString?: unknown } {
  try {
    const { connectionString, host, port, database, user } = Object(options) as ConnectionOptions
    return { connectionString, host, port, database, user }
  } catch {
    return { host: UNKNOWN_PART, port: UNKNOWN_PART, database: UNKNOWN_PART }
  }
}

/** Undefined for a connection string that is not sure to be understood. */
function partsOfUrl(connectionString: unknown): Given | undefined {
  if (connectionString === undefined || connectionString === null || connectionString === '') return {}
  if (typeof connectionString !== 'string') return undefined
  // `socket:/folder?db=name` and `/folder name` are pg's spellings for a Unix socket.
  if (connectionString.startsWith('/')) {
    const [host, database, ...rest] = connectionString.split(' ')
    return rest.length === 0 ? { host, database } : undefined
  }
  const url = urlOf(connectionString)
  // Then pg cannot read it either, and no part of it is used.
  if (url === undefined) return {}
  const query = url.searchParams
  const path = decode(url.pathname.replace(/^\//, ''))
  if (url.protocol === 'socket:') return { host: decode(url.pathname), port: undefined, database: query.get('db') }
  // Of another kind of string, or with an `@` after the host: then the host is a piece of the user or the password.
  const isPostgres = /^postgres(?:ql)?:\/\//i.test(connectionString)
  if (!isPostgres || url.hash !== '' || /@/.test(`${path}${decode(url.search)}`)) return undefined
  // A lone word before the `@` may be the password.
  const user = url.password === '' ? undefined : decode(url.username)
  const host = url.hostname === NO_HOST ? '' : decode(url.hostname)
  return { host: query.get('host') || host, port: query.get('port') || url.port, database: path, user }
}

/** A Unix socket has no host before the path, which only pg reads: it puts in another one. */
function urlOf(text: string): URL | undefined {
  const readable = URL.canParse(text) ? text : text.replace('@/', `@${NO_HOST}/`)
  return URL.canParse(readable) ? new URL(readable) : undefined
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
