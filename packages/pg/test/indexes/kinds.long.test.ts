import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DedicatedClient } from '../../src/actions/dedicated-client.ts'
import { PgInstrumentation } from '../../src/index.ts'
import { examine, type Examination } from '../../src/indexes/examination.ts'
import { hypotheticalIndexStatements } from '../../src/indexes/index-definition.ts'
import { originOfPool } from '../../src/signals/origin.ts'
import { bodiesOf, receiptFor } from './advice-of.ts'
import { runInOrder } from './run-in-order.ts'

// A body of plpgsql is opaque to the planner; the counter is a sequence of a session in which writing is allowed, reached over a setting.
const COUNTING = `BEGIN PERFORM set_config('count.calls', (COALESCE(NULLIF(current_setting('count.calls', true), ''), '0')::int + 1)::text, false);
  PERFORM pg_advisory_lock(4711); RETURN $1; END`

/** The server answers when it has the time. */
const PATIENT = { timeout: 20_000 }

describe('index advice', () => {
  let db: Postgres
  let pool: pgDriver.Pool

  beforeAll(async () => {
    db = await startPostgres({ hypopg: true })
    pool = new pgDriver.Pool({ connectionString: db.url, max: 2 }).on('error', () => {})
    await runInOrder(pool, [
      'CREATE EXTENSION hypopg',
      "CREATE TABLE big AS SELECT i AS id, i % 20000 AS ref, i % 3 AS kind, i % 10 AS shop, repeat('x', 60) AS pad FROM generate_series(1, 200000) i",
      'ALTER TABLE big ADD PRIMARY KEY (id)',
      ...['IMMUTABLE', 'STABLE'].map(
        volatility =>
          `CREATE FUNCTION ${volatility}_count(int) RETURNS int LANGUAGE plpgsql ${volatility} AS $f$${COUNTING}$f$`,
      ),
      'CREATE FUNCTION inlined(int) RETURNS int LANGUAGE sql AS $f$SELECT immutable_count($1)$f$',
      'CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)',
      'CREATE OPERATOR ##> (RIGHTARG = int, FUNCTION = immutable_count)',
      'CREATE VIEW counted AS SELECT * FROM big WHERE ref = stable_count(1)',
      'CREATE TABLE guarded AS SELECT * FROM big',
      'CREATE POLICY own ON guarded USING (ref = stable_count(2))',
      'CREATE TABLE target (id int, n int DEFAULT immutable_count(3))',
      'CREATE VIEW targets AS SELECT * FROM target',
      'CREATE TABLE watched AS SELECT * FROM big',
      'CREATE POLICY other ON watched USING (EXISTS (SELECT FROM counted))',
      'ANALYZE',
    ])
  }, 60_000)
  afterAll(async () => {
    await pool.end()
    await db.stop()
  })

  it.each([
    'SELECT * FROM big WHERE ref = immutable_count(5)',
    'SELECT * FROM big WHERE ref = immutable_count($1)',
    'SELECT * FROM big WHERE ref = stable_count(5)',
    'SELECT * FROM big WHERE ref = public.stable_count($1)',
    'SELECT * FROM big WHERE ref = inlined(5)',
    'SELECT * FROM big WHERE ref = ##> 5',
    'SELECT * FROM counted WHERE kind = 1',
    'SELECT * FROM guarded WHERE ref = 5',
    'SELECT (SELECT immutable_count(1)), id FROM big WHERE ref = 5',
    'WITH x AS (SELECT stable_count(1) AS n) SELECT * FROM big, x WHERE ref = x.n',
    'UPDATE big SET kind = immutable_count(1) WHERE ref = 5',
    'DELETE FROM big WHERE ref = stable_count(1)',
    'INSERT INTO target SELECT id FROM big WHERE ref = 5',
    'INSERT INTO public.target SELECT id FROM big WHERE ref = 5',
    'INSERT INTO targets SELECT id FROM big WHERE ref = 5',
    'WITH x AS (INSERT INTO target SELECT id FROM big WHERE ref = 5 RETURNING id) SELECT * FROM x',
    'UPDATE target SET n = DEFAULT WHERE id = 5',
    'WITH x AS (UPDATE target SET (id, n) = ROW (1, DEFAULT) WHERE id = 5 RETURNING id) SELECT * FROM x',
    'MERGE INTO target t USING big b ON t.id = b.id WHEN NOT MATCHED THEN INSERT (id) VALUES (b.id)',
    'SELECT * FROM watched WHERE ref = 5',
  ])('never has planning run a function that may have effects: %s', async text => {
    const values = text.includes('$1') ? [5] : []
    const locks = async (): Promise<number> => {
      // What a call leaves behind until its session ends; the examining session may just have ended.
      const { rows } = await pool.query<{ n: number }>(
        "SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory'",
      )
      return rows[0]!.n
    }
    const blocker = await pool.connect()
    // A call would wait for this lock, and the answer would be that planning took too long.
    await blocker.query('SELECT pg_advisory_lock(4711)')
    const receipt = await receiptFor(pool, { text, values })
    expect(await locks()).toBe(1)
    await blocker.query('SELECT pg_advisory_unlock(4711)')
    blocker.release()
    expect(receipt.problems?.join()).toMatch(
      /it depends on the function (?:immutable_count|stable_count|inlined), which planning may run/,
    )
    expect(receipt.effects).toMatchObject({ plans: 0, indexes: 0 })
  })

  it('is needed: planning does run such functions', async () => {
    const client = await pool.connect()
    await client.query('EXPLAIN SELECT * FROM big WHERE ref = immutable_count(5)')
    const { rows } = await client.query<{ calls: string }>("SELECT current_setting('count.calls') AS calls")
    expect(Number(rows[0]?.calls)).toBeGreaterThan(0)
    await client.query('SELECT pg_advisory_unlock_all()')
    client.release()
  })

  it('explains what calls functions of Postgres, of extensions, or volatile ones that planning leaves alone', async () => {
    await pool.query(
      'CREATE FUNCTION careless() RETURNS int LANGUAGE plpgsql VOLATILE AS $f$BEGIN PERFORM pg_sleep(60); RETURN 1; END$f$',
    )
    const { advice, problems } = await receiptFor(pool, {
      text: 'SELECT careless(), lower(pad), now() FROM big WHERE ref = 5',
    })
    // The rows that were just inserted may be counted after they were analyzed.
    expect(String(problems)).not.toContain('depends on the function')
    expect(bodiesOf(advice)).toEqual(['big (ref)'])
  })

  it('judges an index by what it serves, whatever the rest of the filter keeps', async () => {
    const receipt = await receiptFor(pool, { text: "SELECT id FROM big WHERE kind = 1 AND pad LIKE '%nothing%'" })
    expect(receipt.advice).toBeUndefined()
  })

  it('explains a statement for any values where its own were too large to keep', async () => {
    const long = 'x'.repeat(100_000)
    const receipt = await receiptFor(pool, {
      text: 'SELECT id FROM big WHERE ref = $1 AND pad <> $2',
      values: [5, long],
    })
    expect(receipt.effects).toMatchObject({ plans: 1 })
    expect(bodiesOf(receipt.advice)).toEqual(['big (ref)'])
  })

  it('takes another name where the one it would choose is taken', async () => {
    await pool.query('CREATE TABLE homeostat_big__ref_idx (id int)')
    const { advice } = await receiptFor(pool, { text: 'SELECT id FROM big WHERE ref = 5' })
    expect(advice?.[0]?.statement).toBe(
      'CREATE INDEX CONCURRENTLY IF NOT EXISTS homeostat_big__ref__2_idx ON public.big (ref)',
    )
    await pool.query('DROP TABLE homeostat_big__ref_idx')
  })

  it('names the indexes that are not needed beside it, are there twice, or are not used', async () => {
    await pool.query('CREATE INDEX one ON big (shop); CREATE INDEX two ON big (shop); CREATE INDEX three ON big (pad)')
    const { advice } = await receiptFor(pool, {
      text: 'SELECT id FROM big WHERE shop = 5 AND ref = 5 ORDER BY kind LIMIT 1',
    })
    expect(advice?.[0]?.why).toMatch(/two \(\d+ MiB\) is there twice/)
    expect(advice?.[0]?.why).toMatch(/three \(\d+ MiB\).* been used on this server since the statistics began/)
    await pool.query('DROP INDEX one, two, three')
  })

  it('says what would help where no index serves the comparison', async () => {
    const { advice, problems } = await receiptFor(pool, {
      text: 'SELECT id FROM big WHERE ref IS NOT DISTINCT FROM $1',
      values: [5],
    })
    expect(advice).toBeUndefined()
    expect(problems?.join()).toContain('no index serves IS NOT DISTINCT FROM: compare ref of public.big with =')
  })

  it('creates the index of a partitioned table without blocking its writers', async () => {
    await pool.query('CREATE TABLE parts (id int, ref int, pad text) PARTITION BY RANGE (id)')
    await pool.query(
      'CREATE TABLE parts_a PARTITION OF parts FOR VALUES FROM (0) TO (60000); CREATE TABLE parts_b PARTITION OF parts FOR VALUES FROM (60000) TO (200000)',
    )
    await pool.query("INSERT INTO parts SELECT i, i % 20000, repeat('x', 60) FROM generate_series(1, 199999) i")
    await pool.query('ANALYZE parts')
    const text = 'SELECT * FROM parts WHERE ref = $1'
    const { advice } = await receiptFor(pool, { text, values: [5] })
    const statement = advice?.[0]?.statement ?? ''
    expect(statement.split(';\n')).toHaveLength(5)
    for (const each of statement.split(';\n')) await pool.query(each)
    const { rows } = await pool.query(
      "SELECT indisvalid FROM pg_index WHERE indexrelid = 'homeostat_parts__ref_idx'::regclass",
    )
    expect(rows).toEqual([{ indisvalid: true }])
    expect((await receiptFor(pool, { text, values: [5] })).advice).toBeUndefined()
    await pool.query(/undo it with (.*)$/.exec(advice![0]!.why)![1]!)
  })

  it('says where the statistics are those of other rows', async () => {
    await pool.query('CREATE TABLE moved (id int, ref int) WITH (autovacuum_enabled = off)')
    await pool.query('INSERT INTO moved SELECT i, i % 10000 FROM generate_series(1, 50000) i')
    const text = 'SELECT * FROM moved WHERE ref = 5'
    const shown = async (): Promise<string> => {
      // What a session has counted is published when it has been idle for a moment, or when it is asked to.
      await pool.query('SELECT pg_stat_force_next_flush()')
      return String((await receiptFor(pool, { text })).problems)
    }
    await expect.poll(shown, PATIENT).toContain('public.moved has never been analyzed')
    await pool.query('ANALYZE moved')
    await expect.poll(shown, PATIENT).not.toContain('analyzed')
    await pool.query('UPDATE moved SET ref = ref + 1 WHERE id % 2 = 0')
    await expect
      .poll(shown, PATIENT)
      .toMatch(/\d\d % of the rows of public\.moved were written since it was last analyzed/)
  })

  it('reads a statement whose parts are mentioned twice each, in bounded time', async () => {
    const parts = Array.from(
      { length: 40 },
      (_, at) => `q${at + 1} AS (SELECT a.id FROM q${at} a JOIN q${at} b ON a.id = b.id)`,
    )
    const text = `WITH q0 AS (SELECT id FROM big WHERE ref = 5), ${parts.join(', ')} SELECT count(*) FROM q40`
    const { advice, effects } = await receiptFor(pool, { text })
    expect(effects['plans']).toBe(1)
    expect(bodiesOf(advice)).toEqual(['big (ref)'])
  })

  it('reads comparisons of columns from the plan where the grammar is not installed', async () => {
    const { signal } = new AbortController()
    const client = await DedicatedClient.connect(originOfPool(pool as never), signal, () => {})
    const examined = async (text: string): Promise<Examination> => {
      const instrumentation = new PgInstrumentation()
      const run = { text, summary: 'SLOW', values: [], durationMs: 100, origin: originOfPool(pool as never) }
      instrumentation.slowStatements.add(run, Date.now())
      const [statement] = instrumentation.slowStatements.top(1)
      const thresholds = { minTableRows: 10_000, maxSelectivity: 0.05 }
      return client.inReadOnlyTransaction(() => examine(client, statement!, thresholds, undefined))
    }
    const bodies = async (text: string): Promise<string[]> =>
      (await examined(text)).findings.flatMap(({ definition }) => hypotheticalIndexStatements(definition))
    expect(await bodies("SELECT id FROM big WHERE ref = 5 AND pad LIKE '%x%'")).toEqual([
      'CREATE INDEX ON public.big (ref)',
    ])
    expect(await bodies("SELECT id FROM big WHERE kind = 1 AND pad LIKE '%nothing%'")).toEqual([])
    expect((await examined('SELECT id FROM big WHERE ref = stable_count(5)')).problems.join()).toContain(
      'it depends on the function stable_count',
    )
    await client.close()
  })

  it('writes no value of a statement into the definition of an index', async () => {
    const { advice } = await receiptFor(pool, {
      text: "SELECT id FROM big WHERE pad || 'secret' = 'secret2' AND ref = 5 AND kind = 1",
    })
    expect(JSON.stringify(advice)).not.toContain('secret')
  })
})
