import type { Advice } from '@homeostat/optimizer'
import pgDriver from 'pg'
import { describe, expect, it } from 'vitest'
import { AdvisedDatabase } from '../advised-database.ts'
import { operations } from '../collected.ts'

const BY_CUSTOMER = 'SELECT id, created_at FROM orders WHERE customer_id = $1 AND created_at >= $2'

describe('query.optimize', () => {
  const db = new AdvisedDatabase([
    `CREATE TABLE orders AS SELECT i AS id, i % 30000 AS customer_id, (ARRAY['paid', 'open', 'shipped'])[1 + i % 3]::varchar AS status,
      timestamptz '2026-01-01' + i * interval '1 minute' AS created_at, repeat('x', 40) AS "Note Text" FROM generate_series(1, 300000) i`,
    'CREATE TABLE tiny AS SELECT i AS id FROM generate_series(1, 500) i',
    'ANALYZE orders, tiny',
  ])

  const scanOf = async (text: string, values: unknown[]): Promise<string> =>
    JSON.stringify((await db.pool.query(`EXPLAIN ${text}`, values)).rows)

  it('advises the index that the plan then really uses, and advises it no more', async () => {
    const values = [42, new Date('2026-06-01')]
    for (let n = 0; n < 3; n++) await db.pool.query(BY_CUSTOMER, values)
    expect(await scanOf(BY_CUSTOMER, values)).toContain('Seq Scan')
    const receipt = await db.run()
    expect(receipt.effects).toEqual({ statements: 1, plans: 1, indexes: 1 })
    expect(receipt.advice?.[0]).toMatchObject({
      what: 'create an index on public.orders (customer_id, created_at) for SELECT orders',
      statement:
        'CREATE INDEX CONCURRENTLY IF NOT EXISTS homeostat_orders__customer_id__created_at_idx ON public.orders (customer_id, created_at)',
    })
    expect(receipt.advice?.[0]).toMatchObject({
      undo: 'DROP INDEX CONCURRENTLY public.homeostat_orders__customer_id__created_at_idx',
      gains: [],
    })
    expect(receipt.advice?.[0]?.why).toMatch(
      /^the index finds about \d+ of 300,\d{3} rows \(\d+ MiB\); not verified \(hypopg is not installed\): plan cost [\d,]+, estimated from statistics \d+ with it; 3 slow calls, mean \d+ ms, about \d+ ms less with it, [\d.]+ ms a second in all; it takes about \d+ MiB and makes each write dearer \(.*\); undo it with DROP INDEX CONCURRENTLY public\.homeostat_orders__customer_id__created_at_idx$/,
    )
    expect((await db.pool.query("SELECT 1 FROM pg_indexes WHERE tablename = 'orders'")).rows).toEqual([])

    await db.pool.query(receipt.advice?.[0]?.statement ?? '')
    await db.pool.query('ANALYZE orders')
    expect(await scanOf(BY_CUSTOMER, values)).toContain('homeostat_orders__customer_id__created_at_idx')
    expect((await db.run()).advice).toBeUndefined()
    await db.pool.query('DROP INDEX homeostat_orders__customer_id__created_at_idx')
  })

  it('reports advice as followed once the index exists, whatever its name, or the plan does without the scan', async () => {
    for (let n = 0; n < 3; n++) await db.pool.query(BY_CUSTOMER, [42, new Date('2026-06-01')])
    const advice = (await db.run()).advice ?? []
    expect(advice).toHaveLength(1)
    const followed = async (): Promise<readonly Advice[]> =>
      (await db.action.followed?.(advice, { signal: AbortSignal.timeout(10_000) })) ?? []
    expect(await followed()).toEqual([])

    await db.pool.query('CREATE INDEX of_mine ON orders (customer_id, created_at, id)')
    expect(await followed()).toEqual(advice)
    await db.pool.query('DROP INDEX of_mine')
    expect(await followed()).toEqual([])

    // Not the one that was advised, but the planner takes it.
    await db.pool.query('CREATE INDEX other ON orders (customer_id)')
    await db.pool.query('ANALYZE orders')
    expect(await followed()).toEqual(advice)
    await db.pool.query('DROP INDEX other')
  })

  it('reports nothing as followed while an index is not valid, and nothing of advice that it does not know', async () => {
    for (let n = 0; n < 3; n++) await db.pool.query(BY_CUSTOMER, [42, new Date('2026-06-01')])
    const advice = (await db.run()).advice ?? []
    await db.pool.query('CREATE INDEX broken ON orders (customer_id, created_at)')
    await db.pool.query("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass")
    const { signal } = new AbortController()
    expect(await db.action.followed?.(advice, { signal })).toEqual([])
    await db.pool.query('DROP INDEX broken')
    const strange = [
      { what: 'x', why: 'y' },
      { what: 'x', why: 'y', statement: 'DROP TABLE orders' },
    ]
    expect(await db.action.followed?.(strange, { signal })).toEqual([])
  })

  it('quotes what has to be quoted and finds the table behind an update and a limited sort', async () => {
    await db.pool.query('UPDATE orders SET status = status WHERE "Note Text" = $1', ['none'])
    await db.pool.query(
      "SELECT id FROM orders WHERE customer_id = 7 AND status = 'paid' ORDER BY created_at DESC LIMIT 1",
    )
    const statements = (await db.run()).advice?.map(({ statement }) => statement)
    expect(statements?.toSorted()).toEqual([
      expect.stringMatching(
        / homeostat_orders__customer_id__status__created_at_idx ON public\.orders \(customer_id, status, created_at\)$/,
      ),
      expect.stringMatching(/ homeostat_orders__notetext_[0-9a-f]{8}_idx ON public\.orders \("Note Text"\)$/),
    ])
  })

  it('advises nothing for small tables and unselective filters', async () => {
    await db.pool.query('SELECT * FROM tiny WHERE id = 1')
    await db.pool.query("SELECT count(*) FROM orders WHERE status = 'paid'")
    const receipt = await db.run()
    expect(receipt).toMatchObject({
      effects: { statements: 2, plans: 2, indexes: 0 },
      summary: expect.stringContaining('no missing index found'),
    })
  })

  it('never runs anything: writes, functions and further statements stay undone', async () => {
    await db.pool.query('CREATE SEQUENCE touched')
    const before = (await db.pool.query('SELECT count(*)::int AS n, max(id) AS id FROM orders')).rows
    await db.pool.query('BEGIN; DELETE FROM orders WHERE id = 1; ROLLBACK')
    await db.pool.query("SELECT nextval('touched') FROM tiny WHERE id = 1")
    const called = (await db.pool.query('SELECT last_value FROM touched')).rows
    // A simple query of two statements, as an attacker's or a careless one's.
    await db.pool.query('SELECT 1; SELECT 2')
    const receipt = await db.run({ options: { maxStatements: 50 } })
    expect(receipt.problems).toContain(
      'BEGIN: only a single SELECT, UPDATE, DELETE, MERGE or INSERT ... SELECT is explained',
    )
    expect((await db.pool.query('SELECT last_value FROM touched')).rows).toEqual(called)
    expect((await db.pool.query('SELECT count(*)::int AS n, max(id) AS id FROM orders')).rows).toEqual(before)
  })

  it('names an invalid index that a failed build left behind', async () => {
    await db.pool.query('CREATE INDEX carcass ON orders (customer_id)')
    await db.pool.query("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'carcass'::regclass")
    await db.pool.query('SELECT * FROM orders WHERE customer_id = 3')
    const receipt = await db.run({ options: { maxStatements: 1 } })
    expect(receipt.problems?.join()).toContain('index carcass is invalid')
    await db.pool.query('DROP INDEX carcass')
  })

  it('works on a connection of its own that is neither measured nor left open', async () => {
    await db.pool.query(BY_CUSTOMER, [1, new Date(0)])
    const before = operations(db.instrumentation)
    await db.run()
    expect(operations(db.instrumentation)).toEqual(before)
    const { rows } = await db.pool.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'homeostat'",
    )
    expect(rows).toEqual([{ n: 0 }])
  })

  it('stops when it is aborted, and the receipt reports it', async () => {
    await db.pool.query(BY_CUSTOMER, [1, new Date(0)])
    expect(await db.run({ signal: AbortSignal.abort() })).toMatchObject({
      effects: { statements: 0 },
      summary: expect.stringContaining('stopped early'),
    })

    const blocker = await db.pool.connect()
    await blocker.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE')
    const startedAt = performance.now()
    const receipt = await db.run({ signal: AbortSignal.timeout(60) })
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    expect(receipt.effects['statements']).toBe(0)
    await blocker.query('ROLLBACK')
    blocker.release()
  })

  it('gives up on a locked table instead of waiting, and says who locks it', async () => {
    await db.pool.query(BY_CUSTOMER, [1, new Date(0)])
    const blocker = await db.pool.connect()
    await blocker.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE')
    expect(await db.run({ options: { maxStatements: 1 } })).toMatchObject({
      advice: [{ what: 'shorten the transaction that locks public.orders: BEGIN' }],
      problems: [expect.stringContaining('(55P03)')],
    })
    await blocker.query('ROLLBACK')
    blocker.release()
  })

  it('fails in one line when the password is wrong or the server is gone', async () => {
    const { slowStatements } = db.instrumentation
    const origin = (options: Record<string, unknown>) => ({
      address: 'db:1/shop',
      Client: pgDriver.Client,
      connectionOptions: () => options,
    })
    const slow = { text: 'SELECT 1', summary: 'SELECT', values: [], durationMs: 1 }
    slowStatements.add(
      { ...slow, origin: origin({ connectionString: db.url.replace(/:[^:@]*@/, ':hunter2@') }) },
      Date.now(),
    )
    const wrong: unknown = await db.run().catch((error: unknown) => error)
    expect(wrong).toMatchObject({
      message: 'query.optimize: no slow statement could be examined: db:1/shop: wrong password (28P01)',
    })

    slowStatements.clear()
    slowStatements.add({ ...slow, origin: origin({ host: '127.0.0.1', port: 1 }) }, Date.now())
    const gone = await db.run().catch((error: Error) => error)
    expect(String((gone as Error).stack)).not.toContain('\n')
    expect(gone).toMatchObject({ message: expect.stringContaining('is the server up? (ECONNREFUSED)') })
  })

  it('reports that there is nothing to do when nothing was slow lately', async () => {
    await db.pool.query(BY_CUSTOMER, [1, new Date(0)])
    expect(await db.run({ now: Date.now() + 3_600_000 })).toEqual({
      summary: 'no slow statement to examine',
      effects: { statements: 0, plans: 0, indexes: 0 },
    })
  })
})
