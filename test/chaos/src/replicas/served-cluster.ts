import { readFile, readdir } from 'node:fs/promises'
import { createReplicaPool, type ReplicaPool, type ReplicaPoolOptions } from '@homeostat/pg/replicas'
import { startPostgresReplicas, TcpProxy, type ClusterServer, type PostgresReplicas } from '@homeostat/services'
import pg from 'pg'
import { persistently } from './persistently.ts'

/** Linux counts the CPU time of processes in hundredths of a second. */
const TICK_MS = 10

/** A primary behind an address that can be led elsewhere, its replicas, and pools on them. */
export class ServedCluster implements AsyncDisposable {
  readonly servers: PostgresReplicas
  readonly #proxy: TcpProxy
  readonly #pools: { end(): Promise<void> }[] = []

  private constructor(servers: PostgresReplicas, proxy: TcpProxy) {
    this.servers = servers
    this.#proxy = proxy
  }

  static async start(settings: Readonly<Record<string, string>> = {}): Promise<ServedCluster> {
    const servers = await startPostgresReplicas({
      database: 'shop',
      settings: { synchronous_commit: 'on', max_connections: '200', ...settings },
    })
    return new ServedCluster(servers, await TcpProxy.to({ host: '127.0.0.1', port: servers.primary.port }))
  }

  /** A pool on the primary's address. */
  primaryPool(max: number): pg.Pool {
    const pool = new pg.Pool({ connectionString: this.#proxy.through(this.servers.primary.url), max })
    pool.on('error', () => {})
    this.#pools.push(pool)
    return pool
  }

  /** A pool on one replica, which nobody routes. */
  replicaPool(replica: ClusterServer, max: number): pg.Pool {
    const pool = new pg.Pool({
      connectionString: replica.url,
      max,
      connectionTimeoutMillis: 2_000,
      query_timeout: 2_000,
    })
    pool.on('error', () => {})
    this.#pools.push(pool)
    return pool
  }

  /** A routed pool, ready. */
  async routedPool(
    max: number,
    options: Partial<Omit<ReplicaPoolOptions, 'primary'>> = {},
  ): Promise<ReplicaPool<pg.Pool>> {
    const pool = createReplicaPool({
      primary: this.primaryPool(max),
      replicas: this.servers.replicas.map(({ url }) => url),
      tokenSecrets: ['a secret of the measurement'],
      ...options,
    })
    await pool.routing.ready
    return pool
  }

  /** The address of the primary leads to another server from now on. */
  lead({ port }: ClusterServer): void {
    this.#proxy.lead({ host: '127.0.0.1', port })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#pools.map(pool => pool.end()))
    await this.#proxy[Symbol.asyncDispose]()
    await this.servers[Symbol.asyncDispose]()
  }
}

/** Starts a server that has ended, or that a busy machine has not started in time. */
export async function ensureRunning(server: ClusterServer): Promise<void> {
  server.thaw()
  await persistently(async () => {
    const isRunning = await server.query('SELECT 1').then(
      () => true,
      () => false,
    )
    if (isRunning) return
    await server.crash()
    await server.start()
  })
}

/** CPU time of a server and of all its connections so far, in milliseconds. */
export async function cpuMsOf({ pid }: ClusterServer): Promise<number> {
  let ticks = 0
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
    // Behind the name of the program, which may hold anything: state, parent, ...
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [own, kernel, children, childrenKernel] = fields.slice(11, 15) as [number, number, number, number]
    if (Number(name) === pid) ticks += own + kernel + children + childrenKernel
    else if (fields[1] === pid) ticks += own + kernel
  }
  return ticks * TICK_MS
}
