import type { Advice } from '@homeostat/optimizer'
import { runAsWork, WorkUnit } from '@homeostat/signals'
import pgDriver from 'pg'
import { describe, expect, it } from 'vitest'
import { level } from '../collected.ts'
import { AdvisedDatabase } from '../advised-database.ts'

/** A value that must not reach any text. */
const SECRET = 'hunter2'

describe('what is wrong beside a missing index', () => {
  const db = new AdvisedDatabase([
    `CREATE TABLE orders AS SELECT i AS id, i % 500 AS shop, i % 500 AS owner, repeat('x', 40) AS note FROM generate_series(1, 50000) i`,
    'ALTER TABLE orders ADD PRIMARY KEY (id); CREATE INDEX by_shop ON orders (shop)',
    'ANALYZE orders',
  ])

  const causes = async (): Promise<readonly Advice[]> => {
    const { advice = [] } = await db.run()
    expect(JSON.stringify(advice)).not.toContain(SECRET)
    return advice.filter(({ what }) => !what.startsWith('create an index'))
  }

  it('is nothing where a statement is as fast as it can be', async () => {
    await db.pool.query('SELECT id FROM orders WHERE id = $1', [5])
    const receipt = await db.run()
    expect(receipt).toMatchObject({ effects: { statements: 1, plans: 1, indexes: 0 } })
    expect(receipt.advice).toBeUndefined()
  })

  it('names an index that is there twice, and a large one that is never searched, beside what makes the statement slow', async () => {
    await db.pool.query(
      "CREATE TABLE sales AS SELECT i AS id, i % 500 AS shop, i % 500 AS owner, repeat('x', 300) AS note FROM generate_series(1, 50000) i",
    )
    await db.pool.query('CREATE INDEX sales_by_shop ON sales (shop); CREATE INDEX again_by_shop ON sales (shop)')
    await db.pool.query('CREATE INDEX sales_by_all ON sales (id, shop, note, owner); ANALYZE sales')
    db.instrumentation.slowStatements.clear()
    await db.pool.query('SELECT count(*) FROM sales WHERE owner = $1', [5])
    const { advice = [] } = await db.run()
    expect(advice.map(({ what }) => what)).toEqual([
      'create an index on public.sales (owner) for SELECT sales',
      'drop the index again_by_shop of public.sales',
      'find out whether anybody needs the index sales_by_all of public.sales',
    ])
    const [, twice, unused] = advice
    const why = /^another index of the table has the same keys; this one takes \d+ MiB, and writes keep both/
    expect(twice).toMatchObject({
      why: expect.stringMatching(why) as string,
      statement: 'DROP INDEX CONCURRENTLY again_by_shop',
    })
    expect(unused?.statement).toBeUndefined()
    await db.pool.query('DROP TABLE sales')
  })

  it('names who holds a lock, and for how long, also for statements that cannot be explained', async () => {
    const holder = await db.pool.connect()
    await holder.query(`BEGIN`)
    await holder.query(`UPDATE orders SET note = '${SECRET}' WHERE id = 7`)
    const waiting = db.pool.query(`UPDATE orders SET note = '${SECRET}' WHERE id = 7`)
    const waits = async (): Promise<unknown> =>
      (await db.pool.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'")).rowCount
    await expect.poll(waits, { timeout: 10_000 }).toBe(1)
    db.instrumentation.slowStatements.clear()
    await db.pool.query("SELECT set_config('a.b', 'c', false)")
    await db.pool.query('SELECT 1; SELECT 2')
    expect(await causes()).toEqual([
      {
        what: 'shorten the transaction that holds a lock: UPDATE orders',
        why: expect.stringMatching(
          /^1 session waits for it now, the longest for \d+\.\d s \(UPDATE orders\); it has been open for \d+\.\d s, and has sent nothing for \d+\.\d s: is a COMMIT or ROLLBACK missing/,
        ) as string,
      },
    ])
    await holder.query('ROLLBACK')
    holder.release()
    await waiting
  })

  it('names who keeps a table from being read, which keeps its statements from being explained', async () => {
    await db.pool.query('SELECT id FROM orders WHERE id = $1', [5])
    const holder = await db.pool.connect()
    await holder.query(`BEGIN`)
    await holder.query(`LOCK TABLE orders IN ACCESS EXCLUSIVE MODE`)
    expect(await causes()).toEqual([
      {
        what: 'shorten the transaction that locks public.orders: LOCK',
        why: expect.stringMatching(/^nobody can read the table meanwhile; it has been open for/) as string,
      },
    ])
    await holder.query('ROLLBACK')
    holder.release()
  })

  it('says that columns depend on each other, by the rows that came, until the server knows', async () => {
    const text = 'SELECT id FROM orders WHERE shop = $1 AND owner = $2'
    await db.pool.query(text, [5, 5])
    // 100 rows: one in 500 times one in 500 would be none.
    const [cause, ...more] = await causes()
    expect(more).toEqual([])
    expect(cause).toMatchObject({
      what: 'tell the server that columns of public.orders depend on each other',
      statement:
        'CREATE STATISTICS IF NOT EXISTS public.homeostat_orders_shop_owner_stat (dependencies) ON shop, owner FROM public.orders',
    })
    expect(cause?.why).toMatch(
      /^the planner expects 1 rows, and the application received 100 with the same values: 100 times as many/,
    )
    await db.pool.query(cause!.statement!)
    await db.pool.query('ANALYZE orders')
    db.instrumentation.slowStatements.clear()
    await db.pool.query(text, [5, 5])
    expect(await causes()).toEqual([])
    await db.pool.query('DROP STATISTICS homeostat_orders_shop_owner_stat')
  })

  it('says what a sort or a hash does not find memory for, and how much would do', async () => {
    const client = await db.pool.connect()
    await client.query("SET work_mem = '1MB'")
    const text = 'SELECT id, note FROM orders ORDER BY note, id DESC'
    await client.query(text)
    const [cause, ...more] = await causes()
    expect(more).toEqual([])
    expect(cause).toMatchObject({
      what: 'give SELECT orders the memory to sort its rows',
      statement: "SET LOCAL work_mem = '8MB'",
    })
    expect(cause?.why).toMatch(/^the planner expects it to sort 50,000 rows \(about \d MiB\), and work_mem is 1 MiB/)
    db.instrumentation.slowStatements.clear()
    await client.query(`${text} LIMIT 5`)
    await client.query("SET work_mem = '8MB'")
    await client.query(`${text} OFFSET 0`)
    expect(await causes()).toEqual([])
    client.release(true)
  })

  it('counts dead rows, and the space that they leave', async () => {
    // A session publishes its counts when it ends: they would be added to what a later ANALYZE finds otherwise.
    const inOwnSession = async (statement: string): Promise<void> => {
      const client = new pgDriver.Client({ connectionString: db.url })
      await client.connect()
      await client.query(statement)
      await client.end()
    }
    for (const statement of [
      `CREATE TABLE worn WITH (autovacuum_enabled = off) AS SELECT i AS id, repeat('x', 400) AS note FROM generate_series(1, 60000) i`,
      'ALTER TABLE worn ADD PRIMARY KEY (id); ANALYZE worn',
      'DELETE FROM worn WHERE id > 20000',
    ])
      await inOwnSession(statement)
    const text = 'SELECT id FROM worn WHERE id = $1'
    const look = async (): Promise<Advice | undefined> => {
      db.instrumentation.slowStatements.clear()
      await db.pool.query(text, [5])
      return (await causes()).find(({ what }) => what === 'vacuum public.worn')
    }
    expect((await look())?.why).toMatch(
      /^67 % of its rows are dead \(40,000 of 60,000.*it has never been vacuumed; autovacuum is off for it$/,
    )
    expect(await look()).toMatchObject({ statement: 'VACUUM (ANALYZE) public.worn' })
    await inOwnSession('VACUUM ANALYZE worn')
    expect(await look()).toBeUndefined()
    // Rows at the end keep the file as long as it was.
    for (const statement of [
      "INSERT INTO worn SELECT i, repeat('x', 400) FROM generate_series(70001, 120000) i",
      'DELETE FROM worn WHERE id < 119000',
      'VACUUM ANALYZE worn',
      "INSERT INTO worn SELECT i, '' FROM generate_series(1, 12000) i",
      'ANALYZE worn',
    ])
      await inOwnSession(statement)
    expect((await look())?.why).toMatch(
      /MiB for rows that need about 1 MiB.*; it was vacuumed \d+ s ago; .*VACUUM gives such space to new rows and not back/,
    )
  })

  it('says where the plan is too cheap for the time', async () => {
    for (let n = 0; n < 3; n++) await db.pool.query('SELECT pg_sleep(0.03)')
    // They may have had another plan.
    expect(await causes()).toEqual([])
    for (let n = 0; n < 3; n++) await db.pool.query('SELECT pg_sleep(0.03)')
    expect(await causes()).toEqual([
      {
        what: 'look for what SELECT waits for: its plan is cheap',
        why: expect.stringMatching(
          /^its plan costs 0, which takes less than 1 ms at most, and the last 3 slow calls took \d+ ms/,
        ) as string,
      },
    ])
  })

  it('says that the event loop was held where the database was fast', async () => {
    db.instrumentation.disable()
    db.observe(200)
    const client = await db.pool.connect()
    for (let n = 0; n < 3; n++) {
      const answer = client.query('SELECT 1')
      for (const end = performance.now() + 260; performance.now() < end;);
      await answer
    }
    client.release()
    const { summary, advice } = await db.run()
    expect(summary).toBe('no slow statement to examine; 1 other fault found')
    expect(level(db.instrumentation, 'homeostat.db.held_answers', {})).toBe(3)
    expect(advice).toEqual([
      {
        what: 'look at what holds the event loop, not at the database',
        why: expect.stringMatching(
          /^3 statements were slow for the application alone: the server took \d+ ms on average/,
        ) as string,
      },
    ])
  })

  it('names an index that has the columns in another order, what the right one would save, and for whom', async () => {
    await db.pool.query(
      'CREATE TABLE visits AS SELECT i AS id, i % 20000 AS guest, i % 7 AS day FROM generate_series(1, 60000) i',
    )
    await db.pool.query('CREATE INDEX by_day ON visits (day, guest); ANALYZE visits')
    await runAsWork(new WorkUnit({ workName: 'job greet of guests' }), () =>
      db.pool.query('SELECT id FROM visits WHERE guest = $1 ORDER BY day', [5]),
    )
    const { advice } = await db.run()
    expect(advice?.[0]?.why).toMatch(/by_day \(\d MiB\) has its columns in an order that does not serve it/)
    expect(advice?.[0]?.why).toMatch(/; faster then: job greet of guests by about \d+ ms a call \(1 slow call\); /)
    expect(advice?.[0]).toMatchObject({
      gains: ['job greet of guests'],
      undo: expect.stringMatching(/^DROP INDEX CONCURRENTLY public\./) as string,
    })
    expect(advice?.[0]?.savedMsPerSecond).toBeGreaterThan(0)
  })
})
