import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { bareEnvironment, runCommand } from './command.ts'
import { ServerStartError } from './errors.ts'
import { guardian } from './guardian.ts'
import { DEFAULT_DATABASE, LocalPostgres } from './local-postgres.ts'
import { findPostgresBinaries, type PostgresBinariesOrigin } from './postgres-binaries.ts'
import {
  createCluster,
  createClusterFolder,
  runCluster,
  SUPERUSER,
  withClient,
  type Cluster,
} from './postgres-cluster.ts'
import type { Postgres, PostgresOptions } from './postgres-server.ts'
import { announcer } from './progress.ts'
import { unprivilegedUser } from './unprivileged-user.ts'

export interface PostgresPairOptions extends Omit<PostgresOptions, 'port' | 'from'> {
  /** Which binaries to try, in this order. Default `['debian', 'embedded']`; `DATABASE_URL` cannot give a pair and is ignored. */
  readonly from?: readonly PostgresBinariesOrigin[]
}

/** A primary and its streaming replica. */
export interface PostgresPair extends AsyncDisposable {
  readonly primary: Postgres
  /** Read-only; follows the primary through a replication slot, so it may be slow or away for a while. */
  readonly replica: Postgres
  stop(): Promise<void>
}

const SLOT = 'homeostat_replica'
const STREAMING_LIMIT_MS = 30_000

/**
 * Starts a primary and a streaming replica and waits until the replica has everything the primary has.
 *
 * @example
 * await using pair = await startPostgresPair()
 * const reads = new pg.Pool({ connectionString: pair.replica.url })
 */
export async function startPostgresPair(options: PostgresPairOptions = {}): Promise<PostgresPair> {
  const startedAt = performance.now()
  const binaries = await findPostgresBinaries(
    options.from ?? ['debian', 'embedded'],
    await unprivilegedUser(),
    announcer(options),
  )
  options.log?.(`initialising a data directory with ${binaries.initdb}`)
  const primaryCluster = await createCluster(binaries, options.password)
  const replicaCluster: Cluster = { ...primaryCluster, folder: await createClusterFolder(binaries) }
  const started: Postgres[] = []
  const stop = async (): Promise<void> => {
    // The replica first: a primary that shuts down waits until its replica has received the last record.
    for (const server of started.toReversed()) await server.stop()
  }
  try {
    const { database = DEFAULT_DATABASE, settings = {} } = options
    // A cluster that was never started is its own base backup: simpler than pg_basebackup, which the npm binaries lack.
    await copyData(primaryCluster, replicaCluster)
    const primary = await LocalPostgres.open(primaryCluster, await runCluster(primaryCluster, settings), database)
    started.push(primary)
    await withClient(primary.url, client => client.query('SELECT pg_create_physical_replication_slot($1)', [SLOT]))
    await follow(replicaCluster, primary)
    const runningReplica = await runCluster(replicaCluster, settings)
    await waitUntilStreaming(primary)
    const replica = await LocalPostgres.open(replicaCluster, runningReplica, database)
    started.push(replica)
    options.log?.(`postgres ${primary.version} with a replica after ${Math.round(performance.now() - startedAt)} ms`)
    return { primary, replica, stop, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    for (const { folder } of [replicaCluster, primaryCluster]) await guardian().remove(folder)
    throw error
  }
}

async function copyData(from: Cluster, to: Cluster): Promise<void> {
  const { user } = from.binaries
  const args = ['-Rp', join(from.folder, 'data'), to.folder]
  await runCommand({ file: 'cp', args, env: bareEnvironment(to.folder), cwd: to.folder, ...(user && { user }) })
}

async function follow(replica: Cluster, primary: Postgres): Promise<void> {
  const data = join(replica.folder, 'data')
  const connection = `host=${primary.host} port=${primary.port} user=${SUPERUSER} password=${primary.password}`
  await appendFile(
    join(data, 'postgresql.auto.conf'),
    `primary_conninfo = '${connection}'\nprimary_slot_name = '${SLOT}'\n`,
  )
  await writeFile(join(data, 'standby.signal'), '')
}

/** Waits until the replica streams and has replayed what the primary had written by now, its database included. */
async function waitUntilStreaming(primary: Postgres): Promise<void> {
  await withClient(primary.url, async client => {
    const { rows } = await client.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn')
    const deadline = performance.now() + STREAMING_LIMIT_MS
    for (;;) {
      const caughtUp = await client.query(
        "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming' AND replay_lsn >= $1",
        [rows[0]?.lsn],
      )
      if (caughtUp.rows.length > 0) return
      if (performance.now() > deadline)
        throw new ServerStartError(`the replica did not stream within ${STREAMING_LIMIT_MS / 1000} s`)
      await delay(10)
    }
  })
}
