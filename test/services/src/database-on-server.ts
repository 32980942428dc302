import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Client } from 'pg'
import { ServiceUnreachableError, ServiceUrlMalformedError, SettingRefusedError } from './errors.ts'
import { guardian } from './guardian.ts'
import { withClient } from './postgres-cluster.ts'
import type { Postgres, PostgresOptions } from './postgres-server.ts'

const VARIABLE = 'DATABASE_URL'

/**
 * A database of our own on the server of `DATABASE_URL`. The database named in the URL is only connected to, never changed, so tests
 * neither meet each other nor touch the user's data; the server is never started or stopped.
 */
export class DatabaseOnServer implements Postgres {
  readonly origin = 'environment'
  readonly url: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly version: string
  readonly #serverUrl: string
  #stopping: Promise<void> | undefined

  private constructor(serverUrl: URL, database: string, version: string) {
    const url = new URL(serverUrl)
    url.pathname = `/${database}`
    this.#serverUrl = serverUrl.href
    this.url = url.href
    this.host = url.hostname || (url.searchParams.get('host') ?? 'localhost')
    this.port = Number(url.port || 5432)
    this.user = decodeURIComponent(url.username)
    this.password = decodeURIComponent(url.password)
    this.database = database
    this.version = version
  }

  static async create(value: string, options: PostgresOptions): Promise<DatabaseOnServer> {
    const server = parsePostgresUrl(value)
    const database = `${options.database ?? 'homeostat'}_${randomBytes(6).toString('hex')}`
    await dropWhenWeAreGone(server.href, database)
    try {
      const version = await withClient(server.href, client => createDatabase(client, database, options.settings ?? {}))
      return new DatabaseOnServer(server, database, version)
    } catch (error) {
      await guardian().ask({ ask: 'forget', name: database })
      if (error instanceof SettingRefusedError) throw error
      throw new ServiceUnreachableError(VARIABLE, server.host || 'its socket', error)
    }
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#drop()
    return this.#stopping
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #drop(): Promise<void> {
    await withClient(this.#serverUrl, client => dropDatabase(client, this.database)).catch(error => {
      throw new ServiceUnreachableError(VARIABLE, `${this.host}:${this.port}`, error)
    })
    await guardian().ask({ ask: 'forget', name: this.database })
  }
}

function parsePostgresUrl(value: string): URL {
  try {
    const url = new URL(value)
    // A stray % makes a URL that parses and cannot be used.
    for (const part of [url.username, url.password, url.pathname]) decodeURIComponent(part)
    if (/^postgres(ql)?:\/\//.test(value)) return url
  } catch {
    // The same one line as for any other text. The cause would repeat the value, which may hold a password.
  }
  throw new ServiceUrlMalformedError(VARIABLE, 'postgresql://user:password@host:port/database')
}

async function createDatabase(
  client: Client,
  database: string,
  settings: Readonly<Record<string, string>>,
): Promise<string> {
  await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`)
  for (const [name, value] of Object.entries(settings)) {
    const set = `ALTER DATABASE ${client.escapeIdentifier(database)} SET ${client.escapeIdentifier(name)} = ${client.escapeLiteral(value)}`
    try {
      await client.query(set)
    } catch (error) {
      await dropDatabase(client, database)
      throw new SettingRefusedError(name, error)
    }
  }
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
  return rows[0]?.server_version ?? ''
}

/** Drops it although connections are open (Postgres 13 and later). */
export async function dropDatabase(client: Client, database: string): Promise<void> {
  await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(database)} WITH (FORCE)`)
}

/** If we are killed the guardian drops the database. The URL goes through the environment, because arguments are visible to everybody. */
async function dropWhenWeAreGone(serverUrl: string, database: string): Promise<void> {
  const script = fileURLToPath(new URL('./drop-database.ts', import.meta.url))
  const env = { PATH: process.env['PATH'] ?? '', DATABASE_URL: serverUrl }
  const command = { file: process.execPath, args: [script, database], env, cwd: '/' }
  await guardian().ask({ ask: 'will', name: database, command })
}
