/** A place where small pieces of state outlive the process: one text a key, for one service. */
export interface StateStore extends AsyncDisposable {
  /** For people, e.g. `redis db-1:6379/0`; no credentials. */
  readonly name: string
  /** Undefined where nothing was written. */
  read(key: string): Promise<string | undefined>
  /** Takes the place of what was there as a whole: nobody reads a half. */
  write(key: string, text: string): Promise<void>
}

/** A server that the application uses and that could keep state. */
export interface StateStoreCandidate {
  readonly engine: 'redis' | 'postgres'
  /** Tells servers apart, e.g. `db-1:5432/shop`; no credentials. */
  readonly address: string
  create(): StateStore
}
