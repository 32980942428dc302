/** Where a Redis server binary comes from. */
export type RedisBinaryOrigin = 'path' | 'debian-packages'

/** A Redis or Valkey server that we can run. */
export interface RedisBinary {
  readonly origin: RedisBinaryOrigin
  readonly file: string
  /** What it needs in its environment to find its libraries. */
  readonly env: Readonly<Record<string, string>>
}
