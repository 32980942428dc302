import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PgInstrumentation, type SlowStatement } from '../../src/index.ts'

describe('the settings of a session', () => {
  let db: Postgres
  let client: pgDriver.Client
  let instrumentation: PgInstrumentation

  beforeAll(async () => {
    db = await startPostgres()
    const setUp = new pgDriver.Client(db.url)
    await setUp.connect()
    await setUp.query(
      'CREATE SCHEMA tenant_a; CREATE SCHEMA "Tenant B"; CREATE ROLE reader; CREATE TABLE tenant_a.only_here (id int)',
    )
    await setUp.end()
  })
  afterAll(() => db.stop())
  beforeEach(async () => {
    instrumentation = new PgInstrumentation({ slowQueryThresholdMs: 0 })
    instrumentation.enable()
    client = new pgDriver.Client(db.url)
    await client.connect()
  })
  afterEach(async () => {
    await client.end()
    instrumentation.disable()
  })

  const last = async (): Promise<SlowStatement | undefined> => {
    instrumentation.slowStatements.clear()
    await client.query('SELECT 1 AS probe')
    return instrumentation.slowStatements.top(10).find(({ text }) => text.includes('probe'))
  }
  /** The schemas that the server itself looks into. */
  const path = async (): Promise<unknown> => (await client.query('SELECT current_schemas(false)::text AS path')).rows

  it.each([
    ['SET search_path TO tenant_a', []],
    ['set search_path = "Tenant B", public', []],
    ['  SET SESSION search_path = \'tenant_a\', "Tenant B"', []],
    ["SELECT set_config('search_path', 'tenant_a, public', false)", []],
    ['select pg_catalog.set_config($1, $2, $3)', ['search_path', 'tenant_a', 'false']],
    ['BEGIN; SET LOCAL search_path TO tenant_a', []],
    ["\n  SET search_path TO 'tenant_a'", []],
    ['/* from a proxy */ SET search_path TO tenant_a', []],
    ['-- of a route\nSET search_path TO tenant_a', []],
    [
      "SELECT set_config($1::text, $2::text, $3), set_config('app.tenant', '77', false)",
      ['search_path', 'tenant_a', 'false'],
    ],
  ])('are those that it has after %s', async (text, values) => {
    await (values.length > 0 ? client.query(text, values) : client.query(text))
    const known = (await last())?.settings['search_path']
    const truth = await path()
    await client.query('ROLLBACK')
    await client.query("SELECT set_config('search_path', $1, false)", [known])
    expect(await path()).toEqual(truth)
  })

  it('end with their transaction as they do on the server', async () => {
    await client.query('SET search_path TO tenant_a')
    await client.query('BEGIN')
    await client.query('SET LOCAL search_path TO "Tenant B"')
    expect(await last()).toMatchObject({ settings: { search_path: '"Tenant B"' }, inTransaction: true })
    await client.query('COMMIT')
    expect(await last()).toMatchObject({ settings: { search_path: 'tenant_a' }, inTransaction: false })
    await client.query('BEGIN')
    await client.query('SET search_path TO public')
    await client.query('ROLLBACK')
    expect(await last()).toMatchObject({ settings: { search_path: 'tenant_a' } })
    await client.query('RESET search_path')
    expect((await last())?.settings['search_path']).toBeUndefined()
  })

  it('are not those of a statement that failed', async () => {
    await client.query('SET search_path TO tenant_a')
    await client.query('SET search_path TO').catch(() => {})
    await client.query('SET enable_seqscan TO nonsense').catch(() => {})
    expect((await last())?.settings).toEqual({ search_path: 'tenant_a' })
  })

  it('keep a text with another search path apart', async () => {
    await client.query('SET search_path TO tenant_a')
    await client.query('SELECT 2 AS twin')
    await client.query('SET search_path TO public')
    await client.query('SELECT 3 AS twin')
    const twins = instrumentation.slowStatements.top(10).filter(({ text }) => text.includes('twin'))
    expect(new Set(twins.map(({ settings }) => settings['search_path']))).toEqual(new Set(['public', 'tenant_a']))
  })

  it("are the application's own as well, which policies read", async () => {
    await client.query("SELECT set_config('app.tenant', $1::text, false), set_config('App.Person', '5', false)", ['77'])
    expect((await last())?.settings).toEqual({ 'app.tenant': '77', 'app.person': '5' })
    for (let n = 0; n < 100; n++) await client.query(`SET many.n${n} TO 1`)
    expect(Object.keys((await last())?.settings ?? {})).toHaveLength(30)
  })

  it('do not grow with what the application sets', async () => {
    await client.query(`SET search_path TO ${'a'.repeat(60)}, ${'b, '.repeat(300)}c`)
    await client.query("SET application_name TO 'mine'")
    await client.query('SET ROLE reader')
    expect((await last())?.settings).toEqual({ role: 'reader' })
  })
})
