import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { DedicatedClient } from '../../src/actions/dedicated-client.ts'
import { originOfPool } from '../../src/signals/origin.ts'

/** A database with tables, and a client as an examination has it. Both last as long as the tests of the file. */
export class ExaminedDatabase {
  pool!: pgDriver.Pool
  client!: DedicatedClient
  #server!: Postgres

  /** @param statements - what makes the tables */
  constructor(statements: readonly string[]) {
    beforeAll(async () => {
      this.#server = await startPostgres()
      this.pool = new pgDriver.Pool({ connectionString: this.#server.url, max: 1 }).on('error', () => {})
      for (const statement of statements) await this.pool.query(statement)
      this.client = await this.connect()
    })
    afterAll(async () => {
      await this.client.close()
      await this.pool.end()
      await this.#server.stop()
    })
  }

  /** A further client. */
  connect(): Promise<DedicatedClient> {
    return DedicatedClient.connect(originOfPool(this.pool as never), new AbortController().signal, () => {})
  }
}
