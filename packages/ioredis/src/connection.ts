/** Tells our own connections from the application's, here and in `CLIENT LIST`. */
export const OWN_CONNECTION_NAME = 'homeostat'

/** What Homeostat's own keys begin with. */
export const OWN_KEY_PREFIX = 'homeostat:{'

/** The connection as `names` and `ignore` receive it. */
export interface RedisConnection {
  /** The server, or the node of a Cluster. */
  readonly host: string | undefined
  readonly port: number | undefined
  /** The socket's path, when it is not TCP. */
  readonly path: string | undefined
  /** The database selected when the connection was opened. */
  readonly db: number
  /** The `connectionName` option. */
  readonly connectionName: string | undefined
  /** The `keyPrefix` option. A Cluster keeps it to itself: its nodes have none. */
  readonly keyPrefix: string | undefined
}
