import type { OptionSchema } from '@homeostat/signals/options'
import { flag, group, listOf, milliseconds, number, text, wholeNumber } from '@homeostat/signals/options'
import { CREATE_INDEX_DEFAULTS as DEFAULTS, type CreateIndexOptions } from './create-index-options.ts'

/** An hour is the longest run of an action, and it measures, builds and measures in one. */
const LONGEST_PART_MS = 1_200_000

/** The schema of the options of `query.createIndex`. */
export const createIndexSchema: OptionSchema<CreateIndexOptions> = group<CreateIndexOptions>(
  {
    schemas: listOf(text({ description: 'a schema' }), {
      defaultWords: 'none: the action is off',
      description: 'the schemas in which `query.createIndex` may create indexes, in mode `act`',
      expected: "a list of schemas, e.g. ['public']",
    }),
    // A text that is no window is kept, and is never open: the default may be a time that nobody has allowed.
    window: text({
      default: DEFAULTS.window,
      description: 'the time of day in which it may begin, in the time zone of the process',
      expected: "a time of day from and to, e.g. '22:30-05:00'",
    }),
    maxTableBytes: number({
      least: 0,
      most: 1e15,
      default: DEFAULTS.maxTableBytes,
      description: 'larger tables get no index (bytes)',
    }),
    maxIndexBytes: number({
      least: 0,
      most: 1e15,
      default: DEFAULTS.maxIndexBytes,
      description: 'an index that takes more, with the files in which it is sorted, is not built or kept (bytes)',
    }),
    maxDatabaseShare: number({
      least: 0,
      most: 1e6,
      default: DEFAULTS.maxDatabaseShare,
      description: 'nor one that would make the database larger by this share; up to 16 MiB are always allowed',
    }),
    maxWritesPerSecond: number({
      least: 0,
      most: 1e9,
      default: DEFAULTS.maxWritesPerSecond,
      description: 'a table into which more rows are written per second gets no index',
    }),
    maxReplicaLagMs: milliseconds({
      default: DEFAULTS.maxReplicaLagMs,
      description: 'nothing is built while a replica is further behind, and a build is cancelled',
    }),
    maxPerTable: wholeNumber({
      least: 1,
      most: 50,
      default: DEFAULTS.maxPerTable,
      description: 'most indexes of its own on a table',
    }),
    minIntervalMs: wholeNumber({
      least: 0,
      most: 2_592_000_000,
      unit: 'ms',
      default: DEFAULTS.minIntervalMs,
      description: 'after one index, the next one is created no earlier',
    }),
    baselineMs: milliseconds({
      most: LONGEST_PART_MS,
      default: DEFAULTS.baselineMs,
      description: 'how long calls are measured before the index is built',
    }),
    verifyMs: milliseconds({
      most: LONGEST_PART_MS,
      default: DEFAULTS.verifyMs,
      description: 'how long they are measured with it',
    }),
    maxBuildMs: milliseconds({
      most: LONGEST_PART_MS,
      default: DEFAULTS.maxBuildMs,
      description: 'a build that takes longer is cancelled',
    }),
    analyze: flag({
      default: DEFAULTS.analyze,
      description: 'whether it may run `ANALYZE` on the table after an index on an expression',
    }),
    explainAnalyze: flag({
      default: DEFAULTS.explainAnalyze,
      description: 'whether it may run `EXPLAIN (ANALYZE, BUFFERS)` for statements that are known to only read',
    }),
  },
  { description: 'what `query.createIndex` may do' },
)
