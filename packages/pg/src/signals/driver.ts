// What is used of pg and pg-pool, written structurally: they are neither dependencies nor peers, and every copy that the
// process loads is measured. The fields are the ones that stayed the same from pg 8.0 to 8.23.

/** One socket to the server; the same object from a client's construction to its end. */
export type ConnectionShape = object

export interface QueryShape {
  readonly text?: string | undefined
  readonly values?: readonly unknown[] | undefined
  /** What pg makes of the answer; of several statements a list. Private to pg. */
  readonly _result?: unknown
  /** Set while a row could not be parsed: the answer that follows ends in `handleError`. */
  readonly _canceledDueToError?: unknown
  submit(connection: ConnectionShape): unknown
  handleReadyForQuery(connection: ConnectionShape): void
  handleError(error: unknown, connection: ConnectionShape): void
}

export interface ClientShape {
  readonly connection: ConnectionShape
  readonly database?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly constructor: unknown
  /** Queries that wait for the one that runs; since pg 8.17. */
  readonly _queryQueue?: unknown
  /** The same before; later a deprecated accessor of it. */
  readonly queryQueue?: unknown
  query(...args: unknown[]): unknown
  listenerCount?(event: string): number
}

export interface ClientClass {
  readonly prototype: ClientShape
  readonly Query: { readonly prototype: QueryShape }
}

/** Options of a pool or of a client, handed on to a new client as they are. They may hold a password. */
export type ConnectionOptions = Readonly<Record<string, unknown>>

/** What the instrumentation reads of a `pg.Pool`. */
export interface PoolShape {
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
  readonly ending: boolean
  readonly ended: boolean
  /** Looked at with care: a pool may be anything that has a `connect`. */
  readonly options: ConnectionOptions & { readonly max?: number; readonly min?: number }
  /** The class the pool makes its clients of. */
  readonly Client: unknown
  /** Private to pg-pool; only used to find the pool that a client came from, and optional for that. */
  readonly _clients?: readonly unknown[]
  /** Private to pg-pool: the calls that wait. */
  readonly _pendingQueue?: unknown
  connect(): Promise<PooledClient>
}

/** What a `pg.Pool` lends. */
export interface PooledClient {
  /** A truthy argument closes the connection instead of keeping it. */
  release(destroy?: boolean): void
}

/** The first method that a class lacks, or undefined when it has them all. */
export function missingMethod(owner: unknown, methods: readonly string[]): string | undefined {
  const prototype: unknown = (owner as { prototype?: unknown } | undefined)?.prototype
  if (typeof prototype !== 'object' || prototype === null) return 'prototype'
  return methods.find(method => typeof (prototype as Record<string, unknown>)[method] !== 'function')
}
