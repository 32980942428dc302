import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres, type Postgres, type PostgresOptions } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll } from 'vitest'

/** Tables, and statements that lack indexes on them. */
const TABLES = [
  'CREATE EXTENSION pg_stat_statements',
  `CREATE TABLE sale AS SELECT i AS id, i % 9000 AS buyer_id, (ARRAY['paid', 'open', 'sent'])[1 + i % 3] AS state,
    timestamptz '2026-01-01' + (i * 7919 % 90000) * interval '1 minute' AS made_at, md5(i::text) AS code, repeat('n', 60) AS note FROM generate_series(1, 90000) i`,
  'CREATE SCHEMA other',
  'CREATE TABLE other.sale AS SELECT i AS id, i % 9000 AS buyer_id FROM generate_series(1, 30000) i',
  // Else the rows are counted as written after ANALYZE.
  'SELECT pg_stat_force_next_flush()',
  'ANALYZE',
  'SELECT pg_stat_statements_reset()',
]

/** A server that counts and logs its statements in all formats. It lasts as long as the tests of the file. */
export class RecordedDatabase {
  pool!: pgDriver.Pool
  server!: Postgres
  #folder!: string

  constructor(options: PostgresOptions = {}) {
    beforeAll(async () => {
      this.#folder = await mkdtemp(join(tmpdir(), 'homeostat-log-'))
      // The server runs as another user.
      await chmod(this.#folder, 0o777)
      const settings = {
        logging_collector: 'on',
        log_destination: 'stderr,csvlog,jsonlog',
        log_directory: this.#folder,
        log_filename: 'server.log',
        log_file_mode: '0644',
        log_line_prefix: '%m [%p] %q%u@%d ',
        log_min_duration_statement: '0',
      }
      this.server = await startPostgres({ from: ['debian', 'embedded'], ...options, settings })
      this.pool = new pgDriver.Pool({ connectionString: this.server.url, max: 1 }).on('error', () => {})
      for (const table of TABLES) await this.pool.query(table)
    }, 60_000)
    afterAll(async () => {
      await this.pool.end()
      await this.server.stop()
      await rm(this.#folder, { recursive: true })
    })
  }

  /** The file of a format: `log`, `csv` or `json`. */
  logFile(ending: string): string {
    return join(this.#folder, `server.${ending}`)
  }

  /** Sends a statement, and waits until the logs have it. */
  async send(text: string, values?: readonly unknown[]): Promise<void> {
    await this.pool.query(text, values === undefined ? undefined : [...values])
  }

  /** Waits until all logs have the text. */
  async logged(text: string): Promise<void> {
    for (const ending of ['log', 'csv', 'json'])
      for (;;) {
        if ((await readFile(this.logFile(ending), 'utf8')).includes(text)) break
        await new Promise(resolve => setTimeout(resolve, 10))
      }
  }
}
