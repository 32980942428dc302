import { mib } from '../../indexes/index-advice.ts'
import type { IndexDefinition } from '../../indexes/index-definition.ts'
import { sizeOf } from '../../indexes/index-size.ts'
import type { Server } from '../../indexes/server.ts'
import type { CreateIndexSettings } from './create-index-options.ts'

/** Any disk has so much room, however small the database is, in bytes. */
const LITTLE_BYTES = 16 * 2 ** 20
/** What is sorted takes about twice its bytes in memory: each entry has a pointer and some of its value beside it. Source: tuplesort.c. */
const IN_MEMORY = 2

const ROOM = `SELECT pg_catalog.pg_database_size(d.oid)::text AS bytes, (SELECT s.setting FROM pg_catalog.pg_settings s WHERE s.name = 'maintenance_work_mem') AS memory_kb,
  (SELECT s.setting FROM pg_catalog.pg_settings s WHERE s.name = 'temp_file_limit') AS temporary_kb
  FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()`

/**
 * Why the index would take too much of the disk while it is built; undefined where it would not, or where statistics do not tell. No function of the
 * server shows how much of its disk is free, so that what the build takes is limited instead.
 */
export async function spaceObstacle(
  server: Server,
  definition: IndexDefinition,
  { maxIndexBytes, maxDatabaseShare }: CreateIndexSettings,
): Promise<string | undefined> {
  const bytes = sizeOf(definition)
  if (bytes === undefined) return undefined
  const [row] = await server.query(ROOM)
  // All of it is in files once more, until the index is there.
  const sortedBytes = bytes * IN_MEMORY > Number(row?.['memory_kb']) * 1024 ? bytes : 0
  const limitBytes = Number(row?.['temporary_kb']) * 1024
  if (limitBytes >= 0 && sortedBytes > limitBytes)
    return `about ${mib(sortedBytes)} would be sorted in files, more than temp_file_limit allows (${mib(limitBytes)})`
  const peak = bytes + sortedBytes
  const takes = `it would take about ${mib(peak)} of the disk while it is built`
  if (peak > maxIndexBytes) return `${takes}, more than pg.createIndex.maxIndexBytes allows (${mib(maxIndexBytes)})`
  const databaseBytes = Number(row?.['bytes'])
  return peak > Math.max(LITTLE_BYTES, databaseBytes * maxDatabaseShare)
    ? `${takes}, and the database has ${mib(databaseBytes)}: pg.createIndex.maxDatabaseShare is ${maxDatabaseShare}`
    : undefined
}

/** Why an index that is there, or is being built, has become too large. */
export async function sizeObstacle(
  server: Server,
  schema: string,
  name: string,
  { maxIndexBytes }: CreateIndexSettings,
): Promise<string | undefined> {
  const [row] = await server.query(
    'SELECT pg_catalog.pg_relation_size(c.oid)::text AS bytes FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2',
    [schema, name],
  )
  const bytes = Number(row?.['bytes'] ?? 0)
  return bytes > maxIndexBytes
    ? `it takes ${mib(bytes)}, more than pg.createIndex.maxIndexBytes allows (${mib(maxIndexBytes)})`
    : undefined
}
