import type { Action, ActionContext, Receipt } from '@homeostat/optimizer'
import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { createQueryOptimize, pg, type QueryOptimizeOptions } from '../src/domain.ts'
import type { PgInstrumentation } from '../src/index.ts'

/** A database with tables, and `query.optimize` that looks at what a test has sent to it. It lasts as long as the tests of the file. */
export class AdvisedDatabase {
  pool!: pgDriver.Pool
  instrumentation!: PgInstrumentation
  action!: Action<QueryOptimizeOptions>
  #server!: Postgres

  /** @param statements - what makes the tables */
  constructor(statements: readonly string[]) {
    beforeAll(async () => {
      this.#server = await startPostgres()
      this.pool = new pgDriver.Pool({ connectionString: this.url }).on('error', () => {})
      for (const statement of statements) await this.pool.query(statement)
    })
    // Every statement is slow, so that the tests are not.
    beforeEach(() => this.observe(0))
    afterEach(() => this.instrumentation.disable())
    afterAll(async () => {
      await this.pool.end()
      await this.#server.stop()
    })
  }

  get url(): string {
    return this.#server.url
  }

  observe(slowQueryThresholdMs: number): void {
    this.instrumentation = pg({ slowQueryThresholdMs }).instrumentation
    this.instrumentation.enable()
    this.action = createQueryOptimize(this.instrumentation)
  }

  run(context: Partial<ActionContext<QueryOptimizeOptions>> = {}): Promise<Receipt> {
    const firing = { alert: 'SlowQueries', labels: {}, annotations: {}, value: 11, since: 0 }
    const signal = AbortSignal.timeout(20_000)
    return this.action.run({ firing, options: undefined, now: Date.now(), signal, sliceMs: 5, ...context })
  }
}
