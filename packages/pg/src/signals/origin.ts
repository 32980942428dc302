import { createHash } from 'node:crypto'
import { UNKNOWN_PART } from '@homeostat/signals'
import type { ClientShape, ConnectionOptions, PoolShape } from './driver.ts'
import { addressOf, formatAddress, safeAddress } from './pool-address.ts'

/**
 * How to reach a database once more, the way the application does. It stays in memory: the options may hold a password,
 * so they are handed out by a function and appear in no output of the object.
 */
export interface Origin {
  /** `host:port/database` */
  readonly address: string
  /** Tells databases apart whose addresses look alike. In memory only. */
  readonly key?: string
  /** The application's own client class. */
  readonly Client: unknown
  connectionOptions(): ConnectionOptions
}

/** Tells databases apart by their addresses; where one is not known in full, by all that leads there. */
export function databaseOf({ address, key }: Origin): string {
  return address.includes(UNKNOWN_PART) ? (key ?? address) : address
}

/** Tells sessions apart that may do different things: by database, user and options. */
export function sessionKeyOf(origin: Origin): string {
  const { user, options } = origin.connectionOptions()
  return keyOf([origin.key ?? origin.address, user, options])
}

export function originOfPool(pool: PoolShape): Origin {
  const { Client } = pool
  const options = optionsOf(pool)
  return {
    address: formatAddress(addressOf(options)),
    key: keyOf([options['connectionString'], options['host'], options['port'], options['database']]),
    Client,
    // pg-pool hides the password from enumeration, so that a plain copy would lose it.
    connectionOptions: () => ({ ...options, password: options['password'] }),
  }
}

/** A client without a pool: what it says of itself, its password resolved if it was a function. */
export function originOfClient(client: ClientShape): Origin {
  const { host, port, database } = client
  const own = client as unknown as Record<string, unknown>
  const parameters = own['connectionParameters'] as Record<string, unknown> | undefined
  const options: ConnectionOptions = {
    host,
    port,
    database,
    user: own['user'],
    ssl: own['ssl'],
    ...(parameters?.['options'] === undefined ? undefined : { options: parameters['options'] }),
  }
  return {
    address: formatAddress(safeAddress({ host, port, database })),
    key: keyOf([host, port, database]),
    Client: client.constructor,
    connectionOptions: () => ({ ...options, password: own['password'] }),
  }
}

/** The options of a pool, or none: a pool may be anything that has a `connect`. */
function optionsOf({ options }: PoolShape): ConnectionOptions {
  return typeof options === 'object' && options !== null ? options : {}
}

/** A digest: a connection string may hold a password, which must not lie about in keys of maps. */
function keyOf(parts: readonly unknown[]): string {
  const texts = parts.map(part => (typeof part === 'string' || typeof part === 'number' ? String(part) : ''))
  return createHash('sha256').update(JSON.stringify(texts)).digest('base64')
}
