// What routing uses of pg. Structural: the application brings its own copy.

/** Called with an error or an outcome. */
export type Callback = (error: Error | null | undefined, outcome?: unknown) => void

/** Called with a lent connection. */
export type LentCallback = (
  error: Error | undefined,
  client: RoutableClient | undefined,
  release: (error?: Error | boolean) => void,
) => void

/** The connection under a client. */
export interface RoutableConnection {
  readonly stream?: { readonly destroyed?: unknown; readonly bytesRead?: number; destroy(): void; unref?(): void }
  prependListener(event: string, listener: (message: { readonly status?: unknown }) => void): unknown
}

/** A `pg.Client`. */
export interface RoutableClient {
  readonly connection: RoutableConnection
  readonly host?: unknown
  readonly port?: unknown
  /** The server's process behind it. */
  readonly processID?: unknown
  readonly connectionParameters?: { readonly query_timeout?: unknown }
  query: (...args: unknown[]) => unknown
  connect(): Promise<unknown>
  end(): Promise<void>
  release?(error?: Error | boolean): void
  on(event: string, listener: (error: Error) => void): unknown
  once(event: string, listener: (error: Error) => void): unknown
  removeListener(event: string, listener: (error: Error) => void): unknown
}

/** The class of a pool's clients. */
export type RoutableClientClass = new (options: object) => RoutableClient & {
  /** What the driver has read from options, a connection string and the environment. */
  readonly connectionParameters?: object
}

/** A `pg.Pool`. */
export interface RoutablePool {
  readonly options: Readonly<Record<string, unknown>>
  readonly Client: RoutableClientClass
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
  readonly ended: boolean
  /** Private to pg-pool: all of its clients. */
  readonly _clients?: readonly unknown[]
  readonly ending?: unknown
  query: (...args: unknown[]) => unknown
  connect: (callback?: LentCallback) => unknown
  end: (callback?: () => void) => unknown
  on(event: string, listener: (...args: never[]) => void): unknown
  emit(event: string, ...args: unknown[]): boolean
  listenerCount(event: string): number
}

/** The class of a pool. */
export type RoutablePoolClass = (new (options: object) => RoutablePool) & { readonly prototype: RoutablePool }

/** Whether the clients of a pool are those of pg-native, which show nothing of what a connection does. */
export function isNative({ Client }: RoutablePool): boolean {
  const { Query } = Client as { readonly Query?: { readonly prototype: { readonly handleReadyForQuery?: unknown } } }
  return Query !== undefined && typeof Query.prototype?.handleReadyForQuery !== 'function'
}

/** Whether an object is a pool whose statements can be routed. */
export function isRoutablePool(value: unknown): value is RoutablePool {
  const pool = value as Partial<RoutablePool> | null | undefined
  return (
    typeof pool === 'object' &&
    pool !== null &&
    typeof pool.query === 'function' &&
    typeof pool.connect === 'function' &&
    typeof pool.end === 'function' &&
    typeof pool.on === 'function' &&
    typeof pool.Client === 'function' &&
    typeof pool.options === 'object'
  )
}
