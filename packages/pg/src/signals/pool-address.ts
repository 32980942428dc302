import type { ConnectionOptions } from './driver.ts'

/** Where a database is. */
export interface Address {
  readonly host: string
  readonly port: string
  readonly database: string
}

/**
 * The address in a pool's or client's options, found as pg finds it: the connection string, then the options, then the
 * environment, then the defaults. It holds neither user (unless the database is named after it) nor password.
 * Source: `pg/lib/connection-parameters.js`.
 */
export function addressOf(options: ConnectionOptions, environment: NodeJS.ProcessEnv = process.env): Address {
  const fromUrl = addressOfUrl(options['connectionString'])
  const user = fromUrl.user ?? text(options['user']) ?? environment['PGUSER'] ?? environment['USER']
  return {
    host: fromUrl.host ?? text(options['host']) ?? environment['PGHOST'] ?? 'localhost',
    port: fromUrl.port ?? text(options['port']) ?? environment['PGPORT'] ?? '5432',
    database: fromUrl.database ?? text(options['database']) ?? environment['PGDATABASE'] ?? user ?? 'postgres',
  }
}

/** `host:port/database`. */
export function formatAddress({ host, port, database }: Address): string {
  return `${host}:${port}/${database}`
}

function addressOfUrl(connectionString: unknown): Partial<Address & { user: string }> {
  if (typeof connectionString !== 'string') return {}
  // `socket:/folder?db=name` and `/folder name` are pg's spellings for a Unix socket.
  if (connectionString.startsWith('/')) {
    const [host, database] = connectionString.split(' ')
    return defined({ host, database })
  }
  if (!URL.canParse(connectionString)) return {}
  const url = new URL(connectionString)
  const query = url.searchParams
  const path = decode(url.pathname.replace(/^\//, ''))
  return defined({
    host: url.protocol === 'socket:' ? decode(url.pathname) : query.get('host') || decode(url.hostname),
    port: query.get('port') || url.port,
    database: (url.protocol === 'socket:' ? query.get('db') : path) ?? '',
    user: decode(url.username),
  })
}

function defined(parts: Record<string, string | undefined>): Partial<Address & { user: string }> {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined && value !== ''))
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function text(value: unknown): string | undefined {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : undefined
}
