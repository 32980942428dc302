/** Options of the action `query.createIndex`. It acts in mode `act` only, and in no schema but those that are listed. */
export interface CreateIndexOptions {
  /** The schemas in which it may create indexes; without one, the action is off. @default none */
  readonly schemas?: readonly string[]
  /** The time of day in which it may begin, in the time zone of the process, e.g. `22:30-05:00`. @default '00:00-06:00' */
  readonly window?: string
  /** Larger tables get no index, in bytes. @default 1073741824 */
  readonly maxTableBytes?: number
  /**
   * An index that takes more is not built, or dropped: as it is estimated with the files in which it is sorted, while it grows, and when it is
   * there, in bytes. @default 536870912
   */
  readonly maxIndexBytes?: number
  /** Nor is one that is estimated to make the database larger by more than this share; up to 16 MiB are always allowed. @default 0.2 */
  readonly maxDatabaseShare?: number
  /** A table into which more rows are written per second gets no index. @default 100 */
  readonly maxWritesPerSecond?: number
  /** Nothing is built while a replica is further behind, and a build is cancelled, in milliseconds. @default 10000 */
  readonly maxReplicaLagMs?: number
  /** Most indexes of its own on a table. @default 5 */
  readonly maxPerTable?: number
  /** After one index, the next one is created no earlier, in milliseconds. @default 21600000 */
  readonly minIntervalMs?: number
  /** How long calls are measured before the index is built, in milliseconds. @default 120000 */
  readonly baselineMs?: number
  /** How long they are measured with it, in milliseconds. @default 300000 */
  readonly verifyMs?: number
  /** A build that takes longer is cancelled, in milliseconds. @default 900000 */
  readonly maxBuildMs?: number
  /** Whether it may run `ANALYZE` on the table after an index on an expression, which has no statistics without. @default false */
  readonly analyze?: boolean
  /**
   * Whether it may run `EXPLAIN (ANALYZE, BUFFERS)`, which executes the statement, for statements that are known to only read.
   * @default false
   */
  readonly explainAnalyze?: boolean
}

/** All of them. */
export type CreateIndexSettings = Required<CreateIndexOptions>

/** Defaults of `query.createIndex`. */
export const CREATE_INDEX_DEFAULTS: Omit<CreateIndexSettings, 'schemas'> = {
  window: '00:00-06:00',
  maxTableBytes: 2 ** 30,
  maxIndexBytes: 2 ** 29,
  maxDatabaseShare: 0.2,
  maxWritesPerSecond: 100,
  maxReplicaLagMs: 10_000,
  maxPerTable: 5,
  minIntervalMs: 21_600_000,
  baselineMs: 120_000,
  verifyMs: 300_000,
  maxBuildMs: 900_000,
  analyze: false,
  explainAnalyze: false,
}

/** What the application allows, with the defaults. */
export function settingsOf(given: CreateIndexOptions): CreateIndexSettings {
  return { schemas: [], ...CREATE_INDEX_DEFAULTS, ...given }
}

const WINDOW = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/

/** Why a text is not a window; undefined where it is one. */
export function problemOfWindow(text: string): string | undefined {
  return WINDOW.test(text) ? undefined : "must be a time of day from and to, e.g. '22:30-05:00'"
}

/** Whether a moment is within a window, which may go past midnight. A window from a time to the same time is the whole day. */
export function isWithin(window: string, now: Date): boolean {
  const [, fromHour, fromMinute, toHour, toMinute] = (WINDOW.exec(window) ?? []).map(Number)
  const [from, to] = [fromHour! * 60 + fromMinute!, toHour! * 60 + toMinute!]
  const at = now.getHours() * 60 + now.getMinutes()
  return from < to ? at >= from && at < to : at >= from || at < to
}
