import { setTimeout as delay } from 'node:timers/promises'
import { guardian } from './guardian.ts'
import { SUPERUSER, withClient, type Cluster, type RunningCluster } from './postgres-cluster.ts'
import type { Postgres, PostgresOrigin } from './postgres-server.ts'

/** The database that every cluster has. */
export const DEFAULT_DATABASE = 'postgres'

/** Connections of others than the one that asks. */
const OTHERS = "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
const POLL_MS = 10
/** A test may leave a connection open on purpose. */
const CLOSING_LIMIT_MS = 500

/** A server of ours. */
export class LocalPostgres implements Postgres {
  readonly host = '127.0.0.1'
  readonly user: string = SUPERUSER
  readonly port: number
  readonly password: string
  readonly database: string
  readonly origin: PostgresOrigin
  readonly version: string
  readonly #cluster: Cluster
  readonly #running: RunningCluster
  #stopping: Promise<void> | undefined

  private constructor(cluster: Cluster, running: RunningCluster, database: string, version: string) {
    this.#cluster = cluster
    this.#running = running
    this.port = running.port
    this.password = cluster.password
    this.database = database
    this.origin = cluster.binaries.origin
    this.version = version
  }

  /** Looks at a running server and makes sure that the database exists. */
  static async open(cluster: Cluster, running: RunningCluster, database: string): Promise<LocalPostgres> {
    const version = await withClient(urlOf(running.port, cluster.password, DEFAULT_DATABASE), async client => {
      // A replica has the database already, from its primary, and cannot make one.
      const { rows } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database])
      if (rows.length === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`)
      const shown = await client.query<{ server_version: string }>('SHOW server_version')
      return shown.rows[0]?.server_version ?? ''
    })
    return new LocalPostgres(cluster, running, database, version)
  }

  get url(): string {
    return urlOf(this.port, this.password, this.database)
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #stop(): Promise<void> {
    await Promise.race([this.#untilAlone().catch(() => {}), delay(CLOSING_LIMIT_MS)])
    // Fast shutdown: connections that are still open are ended, not waited for.
    await this.#running.process.stop('SIGINT')
    await guardian().remove(this.#cluster.folder)
  }

  /**
   * Waits for connections that are just being closed: `pool.end()` settles before its sockets are closed, and a client that then
   * hears that the server ends has no listener any more, so that the error would end the test.
   */
  async #untilAlone(): Promise<void> {
    await withClient(urlOf(this.port, this.password, DEFAULT_DATABASE), async client => {
      while ((await client.query(OTHERS)).rowCount) await delay(POLL_MS)
    })
  }
}

/** The connection string of a server of ours. */
export function urlOf(port: number, password: string, database: string): string {
  return `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`
}
