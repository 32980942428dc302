/** A slow statement, and the index that a person who knows Postgres would make for it. */
export interface SlowCase {
  readonly name: string
  readonly text: string
  readonly values?: readonly unknown[]
  /**
   * What follows `ON` in `CREATE INDEX`, each with its table; any of the alternatives in a list is right. Empty: no index helps, and none
   * is to be advised.
   */
  readonly best: readonly (string | readonly string[])[]
  /** What a person might make as well. */
  readonly maybe?: readonly string[]
  /** The `search_path` of the application's connection. */
  readonly searchPath?: string
  /** Hypopg cannot be asked about it. */
  readonly isInverted?: boolean
}
