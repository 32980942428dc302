import { execFile } from 'node:child_process'
import { appendFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { bareEnvironment, runCommand } from './command.ts'
import { ServerStartError } from './errors.ts'
import { guardian } from './guardian.ts'
import { DEFAULT_DATABASE, urlOf } from './local-postgres.ts'
import { findPostgresBinaries, type PostgresBinariesOrigin } from './postgres-binaries.ts'
import {
  createCluster,
  createClusterFolder,
  runCluster,
  SUPERUSER,
  withClient,
  type Cluster,
  type RunningCluster,
} from './postgres-cluster.ts'
import type { PostgresOptions } from './postgres-server.ts'
import { announcer } from './progress.ts'
import { unprivilegedUser } from './unprivileged-user.ts'

export interface PostgresReplicasOptions extends Omit<PostgresOptions, 'port' | 'from'> {
  /** Which binaries to try, in this order. Default `['debian', 'embedded']`; `DATABASE_URL` cannot give replicas and is ignored. */
  readonly from?: readonly PostgresBinariesOrigin[]
  /** How many. @default 2 */
  readonly replicas?: number
}

/** One server of a replicated cluster. It can be stopped and started again on its port, with its data. */
export class ClusterServer {
  readonly name: string
  readonly #cluster: Cluster
  readonly #settings: Readonly<Record<string, string>>
  readonly #database: string
  #running: RunningCluster
  #frozen: readonly number[] = []

  constructor(
    name: string,
    cluster: Cluster,
    settings: Readonly<Record<string, string>>,
    database: string,
    running: RunningCluster,
  ) {
    this.name = name
    this.#cluster = cluster
    this.#settings = settings
    this.#database = database
    this.#running = running
  }

  get port(): number {
    return this.#running.port
  }

  get url(): string {
    return urlOf(this.port, this.#cluster.password, this.#database)
  }

  /** The process of the server; those of its connections are its children. */
  get pid(): number {
    return this.#running.process.pid
  }

  /** Runs one statement on a connection of its own. */
  async query(text: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    return withClient(this.url, async client => (await client.query(text, [...values])).rows)
  }

  /** Ends it at once, without a checkpoint, as a crash would. */
  async crash(): Promise<void> {
    await this.#running.process.stop('SIGQUIT')
  }

  /** Ends it as an administrator would: open connections end with 57P01. */
  async shutDown(): Promise<void> {
    await this.#running.process.stop('SIGINT')
  }

  /** Starts it again, on the same port. */
  async start(): Promise<void> {
    await rm(join(this.#cluster.folder, 'data', 'postmaster.pid'), { force: true })
    this.#running = await runCluster(this.#cluster, this.#settings, this.port)
  }

  /** Stops every process of it in the middle of what it does: connections stay open, and nothing answers. */
  async freeze(): Promise<void> {
    this.#frozen = [this.pid, ...(await childrenOf(this.pid))]
    for (const pid of this.#frozen) kill(pid, 'SIGSTOP')
  }

  /** Lets it go on. */
  thaw(): void {
    for (const pid of this.#frozen) kill(pid, 'SIGCONT')
    this.#frozen = []
  }

  /** A replica stops replaying; it still receives. */
  async pauseReplay(): Promise<void> {
    await this.query('SELECT pg_wal_replay_pause()')
  }

  async resumeReplay(): Promise<void> {
    await this.query('SELECT pg_wal_replay_resume()')
  }

  /** A replica becomes a primary of its own. One that is a primary already stays it, so that this can be repeated. */
  async promote(): Promise<void> {
    await this.query('SELECT CASE WHEN pg_is_in_recovery() THEN pg_promote() END')
  }

  /** A replica follows another primary from now on. */
  async follow(primary: ClusterServer): Promise<void> {
    const conninfo = `host=127.0.0.1 port=${primary.port} user=${SUPERUSER} password=${this.#cluster.password}`
    await withClient(this.url, async client => {
      await client.query(`ALTER SYSTEM SET primary_conninfo = ${client.escapeLiteral(conninfo)}`)
      await client.query(`ALTER SYSTEM SET primary_slot_name = ''`)
      await client.query('SELECT pg_reload_conf()')
    })
  }

  /** Starts a server that has ended as a replica of another one. */
  async startBehind(primary: ClusterServer): Promise<void> {
    const data = join(this.#cluster.folder, 'data')
    await appendFile(
      join(data, 'postgresql.auto.conf'),
      `primary_conninfo = 'host=127.0.0.1 port=${primary.port} user=${SUPERUSER} password=${this.#cluster.password}'\n`,
    )
    await writeFile(join(data, 'standby.signal'), '')
    await this.start()
  }

  /** Ends it and removes its data. */
  async remove(): Promise<void> {
    this.thaw()
    await this.#running.process.stop('SIGQUIT')
    await guardian().remove(this.#cluster.folder)
  }
}

/** A primary and its streaming replicas. */
export interface PostgresReplicas extends AsyncDisposable {
  readonly primary: ClusterServer
  readonly replicas: readonly ClusterServer[]
  /** Waits until every replica that runs has replayed what the primary has written by now. */
  caughtUp(): Promise<void>
}

const STREAMING_LIMIT_MS = 30_000

/**
 * Starts a primary and its streaming replicas, with slots, and waits until they have everything that the primary has.
 *
 * @example
 * await using servers = await startPostgresReplicas({ replicas: 2, database: 'shop' })
 */
export async function startPostgresReplicas(options: PostgresReplicasOptions = {}): Promise<PostgresReplicas> {
  const { replicas: count = 2, database = DEFAULT_DATABASE, settings = {} } = options
  const binaries = await findPostgresBinaries(
    options.from ?? ['debian', 'embedded'],
    await unprivilegedUser(),
    announcer(options),
  )
  const origin = await createCluster(binaries, options.password)
  const clusters = [origin]
  const servers: ClusterServer[] = []
  const stop = async (): Promise<void> => {
    for (const server of servers.toReversed()) await server.remove()
    for (const { folder } of clusters.slice(servers.length)) await guardian().remove(folder)
  }
  try {
    // A cluster that was never started is its own base backup: simpler than pg_basebackup, which the npm binaries lack.
    for (let each = 0; each < count; each++) clusters.push(await copyOf(origin))
    const primary = new ClusterServer('primary', origin, settings, database, await runCluster(origin, settings))
    servers.push(primary)
    await withClient(urlOf(primary.port, origin.password, DEFAULT_DATABASE), async client => {
      if (database !== DEFAULT_DATABASE) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`)
      for (let each = 0; each < count; each++)
        await client.query('SELECT pg_create_physical_replication_slot($1)', [slotOf(each)])
    })
    for (let each = 0; each < count; each++) {
      const cluster = clusters[each + 1]!
      await prepareReplica(cluster, primary.port, origin.password, slotOf(each))
      servers.push(
        new ClusterServer(`replica ${each + 1}`, cluster, settings, database, await runCluster(cluster, settings)),
      )
    }
    const replicas = servers.slice(1)
    const caughtUp = (): Promise<void> => waitUntilReplayed(primary, replicas)
    await caughtUp()
    return { primary, replicas, caughtUp, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function slotOf(index: number): string {
  return `homeostat_replica_${index}`
}

async function copyOf(origin: Cluster): Promise<Cluster> {
  const copy: Cluster = { ...origin, folder: await createClusterFolder(origin.binaries) }
  const { user } = origin.binaries
  const args = ['-Rp', join(origin.folder, 'data'), copy.folder]
  await runCommand({ file: 'cp', args, env: bareEnvironment(copy.folder), cwd: copy.folder, ...(user && { user }) })
  return copy
}

async function prepareReplica(replica: Cluster, port: number, password: string, slot: string): Promise<void> {
  const data = join(replica.folder, 'data')
  const connection = `host=127.0.0.1 port=${port} user=${SUPERUSER} password=${password}`
  await appendFile(
    join(data, 'postgresql.auto.conf'),
    `primary_conninfo = '${connection}'\nprimary_slot_name = '${slot}'\n`,
  )
  await writeFile(join(data, 'standby.signal'), '')
}

async function waitUntilReplayed(primary: ClusterServer, replicas: readonly ClusterServer[]): Promise<void> {
  const [row] = await primary.query('SELECT pg_current_wal_insert_lsn()::text AS lsn')
  const deadline = performance.now() + STREAMING_LIMIT_MS
  for (const replica of replicas)
    for (;;) {
      const [state] = await replica
        .query('SELECT NOT pg_is_in_recovery() OR pg_last_wal_replay_lsn() >= $1::pg_lsn AS done', [row?.['lsn']])
        .catch(() => [])
      if (state?.['done'] === true) break
      if (performance.now() > deadline)
        throw new ServerStartError(`a replica did not catch up within ${STREAMING_LIMIT_MS / 1000} s`)
      await delay(10)
    }
}

async function childrenOf(parent: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid='])
  return stdout
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid, ppid]) => (ppid === parent && pid !== undefined ? [pid] : []))
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}
