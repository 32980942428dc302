import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DedicatedClient } from '../../../src/actions/dedicated-client.ts'
import { loadGrammar, type Grammar } from '../../../src/grammar.ts'
import { examine } from '../../../src/indexes/examination.ts'
import { originOfPool } from '../../../src/signals/origin.ts'
import { SlowStatements } from '../../../src/signals/slow-statements.ts'
import { CALLS } from './calls.ts'
import type { Form } from './form.ts'
import { OF_TABLES } from './tables.ts'

/** Each is made in a schema of its own. */
const FORMS: readonly Form[] = [...CALLS, ...OF_TABLES]

const THRESHOLDS = { minTableRows: 1_000, maxSelectivity: 0.05 }

describe('functions with effects', () => {
  let db: Postgres
  let pool: pgDriver.Pool
  let grammar: Grammar | undefined

  beforeAll(async () => {
    db = await startPostgres({ hypopg: true })
    pool = new pgDriver.Pool({ connectionString: db.url, max: 1 }).on('error', () => {})
    await pool.query('CREATE EXTENSION IF NOT EXISTS hypopg; CREATE ROLE tenant')
    grammar = await loadGrammar()
    for (const [at, { setup }] of FORMS.entries()) {
      await pool.query(`CREATE SCHEMA s${at}; GRANT USAGE ON SCHEMA s${at} TO tenant; SET search_path = s${at}`)
      for (const statement of setup) await pool.query(statement)
      await pool.query(`ANALYZE s${at}.t`)
    }
    // Of sessions that begin now. A call is counted also where its transaction is rolled back.
    await pool.query(
      "DO $do$ BEGIN EXECUTE format('ALTER DATABASE %I SET track_functions = $$all$$', current_database()); END $do$",
    )
    await pool.end()
    pool = new pgDriver.Pool({ connectionString: db.url, max: 1 }).on('error', () => {})
  }, 120_000)
  afterAll(async () => {
    await pool.end()
    await db.stop()
  })

  const settingsOf = (form: Form): Record<string, string> => ({
    search_path: `s${FORMS.indexOf(form)}${form.path ?? ''}`,
    ...(form.role !== undefined && { role: form.role }),
  })
  /** The forms whose functions were called since the last look, once all other sessions have ended. */
  const called = async (): Promise<string[]> => {
    const others = async (): Promise<unknown> =>
      (
        await pool.query(
          "SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        )
      ).rowCount
    await expect.poll(others, { timeout: 10_000 }).toBe(0)
    const { rows } = await pool.query<{ schema: string }>(
      'SELECT DISTINCT schemaname AS schema FROM pg_stat_user_functions WHERE calls > 0',
    )
    await pool.query('SELECT pg_stat_reset()')
    return rows.map(({ schema }) => FORMS[Number(schema.slice(1))]!.name).toSorted()
  }
  const look = async (form: Form, own: Grammar | undefined): Promise<void> => {
    const statements = new SlowStatements(1)
    const origin = originOfPool(pool as never)
    const { text, values = [] } = form
    statements.add({ text, summary: 'SLOW', values, durationMs: 1, origin, settings: settingsOf(form) }, 1)
    const client = await DedicatedClient.connect(origin, AbortSignal.timeout(20_000), () => {})
    try {
      await client.inReadOnlyTransaction(() => examine(client, statements.top(1)[0]!, THRESHOLDS, own)).catch(() => {})
    } finally {
      await client.close()
    }
  }

  it('are called by planning: most of the forms do so', async () => {
    for (const form of FORMS) {
      const client = new pgDriver.Client(db.url)
      await client.connect()
      for (const [name, value] of Object.entries(settingsOf(form)))
        await client.query('SELECT pg_catalog.set_config($1, $2, false)', [name, value])
      await client.query(`EXPLAIN ${form.text}`, [...(form.values ?? [])]).catch(() => {})
      await client.end()
    }
    const names = await called()
    expect(names.length).toBeGreaterThanOrEqual(40)
  }, 120_000)

  it('are never called because of us', async () => {
    expect(FORMS.length).toBeGreaterThanOrEqual(50)
    for (const form of FORMS) await look(form, grammar)
    expect(await called()).toEqual([])
  }, 120_000)

  it('are never called because of us where the grammar is not installed', async () => {
    for (const form of FORMS) await look(form, undefined)
    expect(await called()).toEqual([])
  }, 120_000)
})
