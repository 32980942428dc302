import { diag, DiagLogLevel } from '@opentelemetry/api'
import type { ActionContext } from '@homeostat/optimizer'
import { startPostgres } from '@homeostat/services'
import pgDriver from 'pg'
import { expect, it } from 'vitest'
import { createIdleConnections, createQueryOptimize, pg, type QueryOptimizeOptions } from '../src/domain.ts'

type Context = ActionContext<QueryOptimizeOptions>
const CANARY = 'hunter2canary'

it('lets no literal, bind value, password or error text out, whatever happens', async () => {
  const said: unknown[] = []
  const log = (...args: unknown[]): void => void said.push(args)
  diag.setLogger(
    { error: log, warn: log, info: log, debug: log, verbose: log },
    { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true },
  )
  await using db = await startPostgres()
  const { instrumentation } = pg({ slowQueryThresholdMs: 0 })
  const optimize = createQueryOptimize(instrumentation)
  const reclaimer = createIdleConnections(instrumentation)
  instrumentation.enable()
  const pool = new pgDriver.Pool({ connectionString: db.url, application_name: CANARY }).on('error', () => {})
  await pool.query(
    `CREATE TABLE people AS SELECT i AS id, '${CANARY}' || i AS name FROM generate_series(1, 50000) i; ANALYZE people`,
  )
  const texts = [
    `SELECT * FROM people WHERE name = '${CANARY}'`,
    `SELECT * FROM people WHERE name = E'\\'${CANARY}' AND id = 3 -- ${CANARY}`,
    `SELECT * FROM people WHERE name = $$${CANARY}$$ /* ${CANARY} */`,
    `SELECT ${CANARY} FROM people`,
    `SELECT '${CANARY}'::int FROM people`,
    `SELECT * FROM people WHERE name = '${CANARY}`,
    CANARY,
    `SET application_name = ${CANARY}`,
  ]
  for (const text of texts) await pool.query(text).catch(() => {})
  await pool.query('SELECT * FROM people WHERE name = $1', [CANARY])
  await pool.query('SELECT $1::int', [CANARY]).catch(() => {})
  await pool.query({ name: CANARY, text: 'SELECT * FROM people WHERE name = $1', values: [CANARY] })

  const context = { now: Date.now(), signal: AbortSignal.timeout(10_000), sliceMs: 5 }
  const receipt = await optimize.run({ ...context, options: { maxStatements: 100 }, firing: {} } as Context)
  expect(receipt.advice).toHaveLength(1)
  const cleared = await reclaimer.reclaim(context)

  // A table that is gone makes every statement fail.
  await pool.query('DROP TABLE people')
  const later = { ...context, signal: AbortSignal.timeout(10_000) }
  const failure: unknown = await optimize
    .run({ ...later, options: { maxStatements: 3 }, firing: {} } as Context)
    .catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'HOMEOSTAT_PG_NOTHING_EXAMINED' })

  const exported = instrumentation.registry.collect()
  const everything = JSON.stringify([
    exported,
    receipt,
    cleared,
    said,
    instrumentation,
    String(failure),
    (failure as Error).stack,
  ])
  await pool.end()
  instrumentation.disable()
  diag.disable()
  expect(everything).toContain('SELECT people')
  expect(everything).not.toContain(CANARY)
  expect(everything).not.toContain(db.password)
})
