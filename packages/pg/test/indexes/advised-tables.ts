import { startPostgres, type Postgres, type PostgresOptions } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { bodiesOf, receiptFor } from './advice-of.ts'
import { runInOrder } from './run-in-order.ts'

/** The newest server, which has no hypopg. */
export const NEWEST: PostgresOptions = { from: ['embedded'] }

/** The servers on which advice is tried, and the statements that give them what they have for it. */
export const SERVERS: readonly (readonly [string, PostgresOptions, readonly string[]])[] = [
  ['with hypopg', { hypopg: true }, ['CREATE EXTENSION hypopg']],
  ['on the newest server', NEWEST, []],
]

/** Tables on a server, and what is advised for statements over them. They last as long as the tests of the file. */
export class AdvisedTables {
  pool!: pgDriver.Pool
  #server!: Postgres

  /** @param statements - what makes the tables */
  constructor(statements: readonly string[], options: PostgresOptions = {}) {
    beforeAll(async () => {
      this.#server = await startPostgres(options)
      this.pool = new pgDriver.Pool({ connectionString: this.#server.url, max: 2 }).on('error', () => {})
      await runInOrder(this.pool, statements)
    }, 60_000)
    afterAll(async () => {
      await this.pool.end()
      await this.#server.stop()
    })
  }

  /** The indexes that are advised for a statement, as `table (keys)`. */
  async advised(
    text: string,
    values: readonly unknown[] = [],
    settings: Readonly<Record<string, string>> = {},
  ): Promise<string[]> {
    return bodiesOf((await receiptFor(this.pool, { text, values, settings })).advice)
  }
}
