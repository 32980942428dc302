import { OWN_CONNECTION_NAME } from '../connection.ts'

/** What Homeostat needs of an ioredis client to have a connection of its own; a `Redis` or a `Cluster` fits, of version 5 or 6. */
export interface CoordinatorClient {
  readonly isCluster?: boolean
  duplicate(...args: never[]): unknown
}

interface Socket {
  ref?(): void
  unref?(): void
  destroy?(): void
}

/** A connection of our own, made by duplicating the application's client. */
export interface OwnClient {
  readonly status: string
  /** Only a client of one server has it. */
  readonly stream?: Socket
  /** Only a Cluster has it. */
  nodes?(): readonly { readonly stream?: Socket }[]
  connect(): Promise<unknown>
  disconnect(): void
  eval(script: string, keys: number, ...args: (string | number)[]): Promise<unknown>
  on(event: 'error', listener: (error: unknown) => void): unknown
  once(event: 'ready' | 'end', listener: () => void): unknown
  removeListener(event: 'ready' | 'end', listener: () => void): unknown
  setMaxListeners(count: number): unknown
}

/**
 * A connection that never sends a command twice or late: when an answer is lost, the command may have taken effect, and
 * a repetition would be a second effect. It connects at its first command.
 */
export function ownClient(client: CoordinatorClient, timeoutMs: number): OwnClient {
  const connection = {
    connectionName: OWN_CONNECTION_NAME,
    keyPrefix: '',
    // Leases are written, which the replica that the application may read from refuses.
    role: 'master',
    // Replies are compared with numbers.
    stringNumbers: false,
    connectTimeout: timeoutMs,
    // Every call has a deadline of its own, which also covers the handshake.
    commandTimeout: undefined,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    enableAutoPipelining: false,
    lazyConnect: true,
    // It asks for INFO, which a user with few rights may not run; a server that is not ready reports that to a script too.
    enableReadyCheck: false,
  }
  const cluster = {
    keyPrefix: '',
    lazyConnect: true,
    // A node is connected by its first command, which has to wait for that; dropping the connection drops it too.
    enableOfflineQueue: true,
    enableAutoPipelining: false,
    clusterRetryStrategy: null,
    retryDelayOnFailover: 0,
    // No timer of its own; a slot that moved is found when the old node redirects.
    slotsRefreshInterval: 0,
    scaleReads: 'master',
    redisOptions: { ...connection, enableOfflineQueue: true },
  }
  const application = client as { duplicate(...args: unknown[]): OwnClient }
  const own = client.isCluster ? application.duplicate([], cluster) : application.duplicate(connection)
  // Each call says for itself what went wrong; without a listener ioredis would print every failed attempt.
  own.on('error', () => {})
  // One for each call that waits for the connection.
  own.setMaxListeners(0)
  return own
}

/**
 * Waits until commands can be sent; false when the connection fails. One that takes too long is for the caller to drop.
 */
export function untilReady(client: OwnClient): Promise<boolean> {
  if (client.status === 'ready') return Promise.resolve(true)
  return new Promise(resolve => {
    const onReady = (): void => {
      client.removeListener('end', onEnd)
      resolve(true)
    }
    const onEnd = (): void => {
      client.removeListener('ready', onReady)
      resolve(false)
    }
    client.once('ready', onReady)
    client.once('end', onEnd)
    // Both events come in any case; the first call of several connects for all.
    if (client.status === 'wait' || client.status === 'end') client.connect().catch(() => {})
  })
}

/** Ends the connection now. Its waiting calls reject; the next call makes a new one. */
export function drop(client: OwnClient): void {
  const sockets = socketsOf(client)
  client.disconnect()
  // A wire that swallows everything swallows a farewell too.
  for (const socket of sockets) socket?.destroy?.()
}

/** An idle connection does not keep the process alive; one that somebody waits for does. */
export function keepAlive(client: OwnClient, isWaitedFor: boolean): void {
  for (const socket of socketsOf(client)) {
    if (isWaitedFor) socket?.ref?.()
    else socket?.unref?.()
  }
}

function socketsOf(client: OwnClient): readonly (Socket | undefined)[] {
  return client.nodes ? client.nodes().map(node => node.stream) : [client.stream]
}
