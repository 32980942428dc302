// The parts of ioredis 5 and 6 that the count depends on, all in `built/DataHandler.js` and `built/Redis.js`.

/** A command as it waits for its reply. */
export interface PendingCommand {
  readonly name: string
  readonly args: readonly unknown[]
}

/** A client of one server; for a Cluster, of one of its nodes. */
export interface RedisClient {
  /** `ready`; `end` when it was closed and does not come back by itself. */
  readonly status?: string
  /** Looked at with care: stand-ins that tests and wrappers put in place of a client may have none. */
  readonly options: {
    readonly host?: string
    readonly port?: number
    readonly path?: string
    readonly db?: number
    readonly connectionName?: string | null
    readonly keyPrefix?: string | Buffer
    /** Set when the server is found through Sentinel, by `name`. */
    readonly sentinels?: readonly unknown[] | null
    readonly name?: string | null
  }
  readonly condition?: { readonly subscriber?: unknown; readonly protocol?: number } | null
  /** Commands without a reply yet, in the order in which they were sent. */
  readonly commandQueue: { peekFront(): { readonly command: PendingCommand } | undefined }
}

/** ioredis' `DataHandler`: one for each connection that was opened, so a reconnect makes a new one. */
export interface ReplyHandler {
  readonly redis: RedisClient
  returnReply(reply: unknown): void
  returnError(error: unknown): void
}
