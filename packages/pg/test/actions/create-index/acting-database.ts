import type { Receipt } from '@homeostat/optimizer'
import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { createQueryCreateIndex, type CreateIndexOptions } from '../../../src/domain.ts'
import { PgInstrumentation } from '../../../src/index.ts'
import { processTime, type TrialTime } from '../../../src/actions/create-index/trial-time.ts'
import { VirtualTime } from './virtual-time.ts'

/** Allows everything at any time, and measures for a second each. */
export const QUICK: CreateIndexOptions = {
  schemas: ['public'],
  window: '00:00-00:00',
  minIntervalMs: 0,
  maxWritesPerSecond: 1e9,
  baselineMs: 1000,
  verifyMs: 1000,
}

/** With the time of calls, so many of them are measured in each phase: how fast the machine is decides nothing. */
export const CALLS: CreateIndexOptions = { baselineMs: 720, verifyMs: 720 }

/** An order table without the index that its readers need, on a server of its own; a new one for each test. */
export class ActingDatabase {
  pool!: pgDriver.Pool
  instrumentation!: PgInstrumentation
  /** Where it is, for processes beside this one. */
  url!: string
  #server!: Postgres
  /** A millisecond is a call that was sent. */
  readonly calls = new VirtualTime()
  #traffic: Promise<void>[] = []
  #isOver = false

  /** @param settings - of the server */
  constructor(settings: Readonly<Record<string, string>> = {}) {
    beforeAll(async () => {
      this.#server = await startPostgres({ settings })
      this.url = this.#server.url
    })
    afterAll(() => this.#server.stop())
    beforeEach(async () => {
      this.instrumentation = new PgInstrumentation({ slowQueryThresholdMs: 1 })
      this.instrumentation.enable()
      this.pool = new pgDriver.Pool({ connectionString: this.url, max: 6 }).on('error', () => {})
      this.#isOver = false
      await this.pool.query('DROP TABLE IF EXISTS orders, other, homeostat_index CASCADE')
      await this.pool.query(
        "CREATE TABLE orders AS SELECT i AS id, i % 20000 AS customer_id, now() - i * interval '1 minute' AS made_at, repeat('x', 60) AS note FROM generate_series(1, 120000) i",
      )
      await this.pool.query('ALTER TABLE orders ADD PRIMARY KEY (id)')
      await this.pool.query(
        "CREATE TABLE other AS SELECT i AS id, repeat('y', 50) AS pad FROM generate_series(1, 5000) i",
      )
      await this.pool.query('VACUUM ANALYZE orders, other')
      await this.#untilCounted()
      this.instrumentation.slowStatements.clear()
    })
    afterEach(async () => {
      await this.quiet()
      await this.pool.end()
      this.instrumentation.disable()
    })
  }

  /** Waits until the server has counted the rows: those that it counts later seem to be written during a trial. */
  async #untilCounted(): Promise<void> {
    const isCounted = async (): Promise<boolean> => {
      const { rows } = await this.pool.query<{ counted: boolean }>(
        "SELECT pg_stat_force_next_flush(), pg_stat_get_tuples_inserted('orders'::regclass) >= 120000 AS counted",
      )
      return rows[0]!.counted
    }
    while (!(await isCounted())) await new Promise(resolve => setTimeout(resolve, 20))
  }

  /** Sends a statement again and again until the test is over. */
  send(text: string, values: () => unknown[] = () => [], pauseMs = 5): void {
    const traffic = async (): Promise<void> => {
      while (!this.#isOver) {
        await this.pool.query(text, values()).catch(() => {})
        this.calls.pass()
        await new Promise(resolve => setTimeout(resolve, pauseMs))
      }
    }
    this.#traffic.push(traffic())
  }

  /** The readers that lack an index, and others that do not. */
  async sendUsual(): Promise<void> {
    this.send('SELECT * FROM orders WHERE customer_id = $1', () => [Math.floor(Math.random() * 20_000)])
    this.send('SELECT * FROM orders WHERE id = $1', () => [Math.floor(Math.random() * 60_000)])
    this.send('SELECT count(*) FROM other WHERE pad LIKE $1', () => ['%z%'])
    await this.untilSlow('customer_id')
  }

  /** Waits until a statement with this text in it is among the slow ones, with some values. */
  async untilSlow(part: string): Promise<void> {
    const isSlow = (): boolean =>
      this.instrumentation.slowStatements.top(Infinity).some(({ text, count }) => text.includes(part) && count > 3)
    while (!isSlow()) await new Promise(resolve => setTimeout(resolve, 20))
  }

  /** Ends the traffic. */
  async quiet(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#traffic.splice(0))
  }

  /** Runs the action once. @param time - with `calls`, how fast the machine is decides nothing, and each phase takes so many calls */
  act(
    options: CreateIndexOptions = {},
    signal: AbortSignal = new AbortController().signal,
    time: TrialTime = processTime,
  ): Promise<Receipt> {
    const firing = { alert: 'SlowQueries', labels: {}, annotations: {}, value: 1, since: 0 }
    const action = createQueryCreateIndex(this.instrumentation, { ...QUICK, ...options }, {}, undefined, time)
    return action.run({ firing, options: undefined, now: Date.now(), signal, sliceMs: 5 })
  }

  /** The indexes of `orders` beside its primary key, with comments. */
  async indexes(): Promise<
    readonly { readonly name: string; readonly valid: boolean; readonly comment: string | null }[]
  > {
    const { rows } = await this.pool.query<{ name: string; valid: boolean; comment: string | null }>(
      "SELECT c.relname AS name, i.indisvalid AS valid, obj_description(c.oid, 'pg_class') AS comment FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = 'orders'::regclass AND NOT i.indisprimary ORDER BY 1",
    )
    return rows
  }
}
