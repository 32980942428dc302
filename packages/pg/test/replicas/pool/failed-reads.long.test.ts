import { diag, DiagLogLevel } from '@opentelemetry/api'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { BALANCE, routedPool, untilRouted, type RoutedTestPool } from './routed.ts'
import { RoutedServers } from './routed-servers.ts'

const context = new RoutedServers()

const breakers = (pool: RoutedTestPool): string[] => pool.routing.replicas.map(({ breaker }) => breaker)
/** About half a second of work. */
const LONG = 'SELECT count(*)::int AS n FROM generate_series(1, 2000000 * $1)'
/** Needs a temporary file where work_mem is small. */
const SPILLS = 'SELECT count(*)::int AS n FROM generate_series(1, 200000 * $1)'
const ONE = 'SELECT $1::int AS one'

async function own(options: Parameters<typeof routedPool>[1] = {}): Promise<RoutedTestPool> {
  const pool = await routedPool(context.servers, options)
  onTestFinished(() => pool.end())
  await untilRouted(pool)
  return pool
}

/** The lines of the OpenTelemetry log until the end of the test. */
function logged(): string[] {
  const lines: string[] = []
  const note = (line: string): void => void lines.push(line)
  diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN)
  onTestFinished(() => diag.disable())
  return lines
}

describe('an error of the application or its statement is answered once, and no replica is blamed', () => {
  it.each([
    ['a wrong number of values', { text: BALANCE, values: [1, 2] }, /bind message/],
    [
      'a type parser that throws',
      {
        text: BALANCE,
        values: [1],
        types: {
          getTypeParser: () => () => {
            throw new Error('the parser fails')
          },
        },
      },
      /the parser fails/,
    ],
    [
      'a value that throws',
      {
        text: BALANCE,
        values: [
          {
            toPostgres() {
              throw new Error('the value fails')
            },
          },
        ],
      },
      /the value fails/,
    ],
    ['a value that is not valid', { text: BALANCE, values: ['x'] }, /invalid input syntax/],
  ])('%s', async (_, config, message) => {
    const { pool } = context
    const { retried, routed } = pool.routing.counts
    const calls = 10
    for (let call = 0; call < calls; call++) await expect(pool.query(config as pg.QueryConfig)).rejects.toThrow(message)
    expect(breakers(pool)).toEqual(['closed', 'closed'])
    expect(pool.routing.counts.retried).toBe(retried)
    expect(pool.routing.counts.routed).toBe(routed + calls)
  })

  it('a limit of the application ends the statement, and starts no other', async () => {
    const pool = await own()
    await untilRouted(pool, LONG)
    const { retried } = pool.routing.counts
    for (let call = 0; call < 5; call++)
      await expect(pool.query({ text: LONG, values: [1], query_timeout: 5 } as pg.QueryConfig)).rejects.toThrow(
        'Query read timeout',
      )
    expect(pool.routing.counts.retried).toBe(retried)
    expect(breakers(pool)).toEqual(['closed', 'closed'])
  })
})

describe('a replica whose pool is busy', () => {
  it('is not away: reads wait where fewer wait, also when the wait is limited', async () => {
    const [url] = context.servers.replicas.map(replica => replica.url)
    const primaryPool = { max: 2 }
    const pool = await own({
      config: primaryPool,
      replicas: [{ connectionString: url!, max: 2, connectionTimeoutMillis: 1_000 }],
      answerMs: 20_000,
    })
    await untilRouted(pool, LONG)
    const { routed } = pool.routing.counts
    const results = await Promise.all(Array.from({ length: 12 }, () => pool.query<{ n: number }>(LONG, [2])))
    expect(new Set(results.map(({ rows }) => rows[0]!.n))).toEqual(new Set([4_000_000]))
    expect(breakers(pool)).toEqual(['closed'])
    expect(pool.routing.counts.routed - routed).toBeGreaterThan(0)
    expect(pool.routing.counts.refused.get('busy')).toBeGreaterThan(0)
  })

  it('has as many waiting as the primary for each connection', async () => {
    const pool = await own({
      config: { max: 2 },
      replicas: context.servers.replicas.map(({ url }) => ({ connectionString: url, max: 2 })),
    })
    await untilRouted(pool, LONG)
    const { routed } = pool.routing.counts
    await Promise.all(Array.from({ length: 18 }, () => pool.query(LONG, [1])))
    const onReplicas = pool.routing.counts.routed - routed
    // Two of three servers are replicas. A read that has waited for long may have moved.
    expect(onReplicas).toBeGreaterThanOrEqual(4)
    expect(pool.routing.counts.refused.get('busy')).toBeGreaterThanOrEqual(5)
    expect(breakers(pool)).toEqual(['closed', 'closed'])
  })
})

describe('a replica that fails what the primary answers', () => {
  it('is left alone for longer and longer, is reported once, and fails no read', async () => {
    const lines = logged()
    // Whose sessions are like those of the primary otherwise.
    const small = new pg.Pool({
      connectionString: context.servers.replicas[0]!.url,
      options: '-c work_mem=64 -c temp_file_limit=1000',
    })
    const pool = await routedPool(context.servers, { replicas: [small] })
    onTestFinished(async () => {
      await pool.end()
      await small.end()
    })
    expect(await pool.routing.classify(SPILLS)).toBe('read')
    const spilled = async (): Promise<number> => (await pool.query<{ n: number }>(SPILLS, [1])).rows[0]!.n
    await expect.poll(async () => [await spilled(), breakers(pool)], { timeout: 20_000 }).toEqual([200_000, ['open']])
    const failing = (): string[] => lines.filter(line => line.includes('53400'))
    expect(failing()).toEqual([expect.stringMatching(/the replica .* fails statements that the primary answers/)])
    // A statement that it has failed a few times is not sent to it again, while it answers others.
    await expect
      .poll(
        () =>
          untilRouted(pool, ONE)
            .then(spilled)
            .then(() => pool.routing.placeOf(SPILLS)),
        { timeout: 20_000 },
      )
      .toBe('refused_by_replica')
    const { retried } = pool.routing.counts
    for (let read = 0; read < 50; read++) {
      await spilled()
      await pool.query(ONE, [1])
    }
    expect(pool.routing.counts.retried).toBe(retried)
    expect(failing()).toHaveLength(1)
  })
})
