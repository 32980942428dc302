import type { ClientShape, ConnectionOptions, PoolShape } from './driver.ts'
import { addressOf, formatAddress } from './pool-address.ts'

/**
 * How to reach a database once more, the way the application does. It stays in memory: the options may hold a password,
 * so they are handed out by a function and appear in no output of the object.
 */
export interface Origin {
  /** `host:port/database` */
  readonly address: string
  /** The application's own client class. */
  readonly Client: unknown
  connectionOptions(): ConnectionOptions
}

export function originOfPool(pool: PoolShape): Origin {
  const { options, Client } = pool
  return {
    address: formatAddress(addressOf(options)),
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
    address: formatAddress({ host: String(host), port: String(port), database: String(database) }),
    Client: client.constructor,
    connectionOptions: () => ({ ...options, password: own['password'] }),
  }
}
