import { DatabaseOnServer } from './database-on-server.ts'
import { guardian } from './guardian.ts'
import { DEFAULT_DATABASE, LocalPostgres } from './local-postgres.ts'
import { findPostgresBinaries } from './postgres-binaries.ts'
import { hypopgBinaries } from './postgres-hypopg.ts'
import { createCluster, runCluster } from './postgres-cluster.ts'
import type { Postgres, PostgresOptions } from './postgres-server.ts'
import { announcer } from './progress.ts'
import { unprivilegedUser } from './unprivileged-user.ts'

/**
 * Starts a Postgres server for tests, benchmarks and the demo: scram password, 127.0.0.1 only, no durability, `pg_stat_statements`
 * preloaded where the binaries have it (`CREATE EXTENSION` is yours). It ends with this process, however that ends.
 *
 * With `DATABASE_URL` nothing is started: every call makes a database of its own on that server and drops it again.
 *
 * @example
 * await using postgres = await startPostgres({ database: 'shop', settings: { max_connections: '20' } })
 * const pool = new pg.Pool({ connectionString: postgres.url })
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const origins = options.from ?? ['environment', 'debian', 'embedded']
  const url = process.env['DATABASE_URL']
  if (!options.hypopg && url && origins.includes('environment')) return DatabaseOnServer.create(url, options)
  const startedAt = performance.now()
  const user = await unprivilegedUser()
  const local = origins.filter(origin => origin !== 'environment')
  const binaries = await (options.hypopg
    ? hypopgBinaries(user, announcer(options))
    : findPostgresBinaries(local, user, announcer(options)))
  options.log?.(`initialising a data directory with ${binaries.initdb}`)
  const cluster = await createCluster(binaries, options.password)
  try {
    const running = await runCluster(cluster, options.settings ?? {}, options.port)
    const server = await LocalPostgres.open(cluster, running, options.database ?? DEFAULT_DATABASE)
    options.log?.(
      `postgres ${server.version} on port ${server.port} after ${Math.round(performance.now() - startedAt)} ms`,
    )
    return server
  } catch (error) {
    await guardian().remove(cluster.folder)
    throw error
  }
}
