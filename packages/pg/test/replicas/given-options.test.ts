import { diag, DiagLogLevel } from '@opentelemetry/api'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createReplicaPool, UnroutablePoolError, type ReplicaPool } from '../../src/replicas.ts'

// No server is asked: nothing listens there.
const NOWHERE = { host: '127.0.0.1', port: 1 }

let pool: ReplicaPool<pg.Pool>
let lines: string[]
beforeEach(() => {
  lines = []
  diag.setLogger(
    { error() {}, warn: line => void lines.push(line), info() {}, debug() {}, verbose() {} },
    DiagLogLevel.WARN,
  )
  pool = createReplicaPool({ primary: new pg.Pool(NOWHERE), replicas: [] })
})
afterEach(async () => {
  if (!pool.ending) await pool.end()
  diag.disable()
})

describe('createReplicaPool()', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'postgres://nowhere'],
    ['no primary', { replicas: [] }],
    ['an empty connection string', { primary: '', replicas: [] }],
    ['a list as the primary', { primary: [], replicas: [] }],
    ['a client as the primary', { primary: new pg.Client(NOWHERE), replicas: [] }],
  ])('refuses %s', (_, options) => {
    expect(() => createReplicaPool(options as never)).toThrow(UnroutablePoolError)
  })

  it.each([
    ['a connection string', 'postgres://nowhere', 'replicas is not a list'],
    ['options', { host: 'nowhere' }, 'replicas is not a list'],
    ['an empty connection string', [''], 'replicas[0]'],
    ['a client', [new pg.Client(NOWHERE)], 'replicas[0]'],
    ['a list', [[]], 'replicas[0]'],
    ['a number', [5], 'replicas[0]'],
  ])('uses no replica where replicas is or has %s, and says so', async (_, replicas, line) => {
    const other = createReplicaPool({ primary: new pg.Pool(NOWHERE), replicas: replicas as never })
    expect(other.routing.replicas).toEqual([])
    expect(lines.filter(each => each.includes(line))).toHaveLength(1)
    await other.end()
  })

  it('routes a pool again after its routing was stopped', async () => {
    const { routing, end } = pool
    expect(() => createReplicaPool({ primary: pool, replicas: [] })).toThrow(/routed already/)
    await routing.stop()
    expect(Object.hasOwn(pool, 'end')).toBe(false)
    expect(Object.hasOwn(pool, 'query')).toBe(false)
    pool = createReplicaPool({ primary: pool, replicas: [] })
    expect(pool.routing).not.toBe(routing)
    expect(pool.end).not.toBe(end)
  })

  it('makes the pool of options, of the type that the caller names', async () => {
    const named = createReplicaPool<pg.Pool>({ primary: NOWHERE, replicas: [] })
    const asked: pg.Pool = createReplicaPool({ primary: 'postgres://127.0.0.1:1', replicas: [] })
    expect(named.totalCount + asked.totalCount).toBe(0)
    const plain = createReplicaPool({ primary: NOWHERE, replicas: [] })
    const rows: Promise<{ readonly rows: { readonly id: number }[] }> = plain.query<{ id: number }>(
      'SELECT 1 AS id',
      [],
    )
    await expect(rows).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    for (const each of [named, asked, plain]) await each.end()
  })
})

describe('the routing of a pool', () => {
  it('keeps its weight where it is set to something else', () => {
    for (const weight of [null, [], '0.5', Number.NaN, 2, -1, undefined]) pool.routing.weight = weight as never
    expect(pool.routing.weight).toBe(1)
    pool.routing.weight = 0
    expect(pool.routing.weight).toBe(0)
  })

  it.each([
    [undefined],
    [{ maxLagMs: 100 }],
    [{ maxLagMs: 100, reason: 5 }],
    [{ maxLagMs: 100, reason: '' }],
    [{ maxLagMs: '100', reason: 'a test' }],
    [{ maxLagMs: 100, forMs: '5', reason: 'a test' }],
    [{ maxLagMs: 100, forMs: Number.NaN, reason: 'a test' }],
  ])('does not relax the limit of the age of data by %o', override => {
    expect(() => pool.routing.overrideLag(override as never)).toThrow(/^overrideLag\(\) takes/)
  })

  it('says what it takes', async () => {
    await expect(pool.routing.classify(5 as never)).rejects.toThrow(/^classify\(\) takes/)
    expect(() => pool.routing.processor(null as never)).toThrow(/^processor\(\) takes/)
  })

  it.each([
    [{ cookie: 5 }, 'middleware.cookie'],
    [{ cookie: 'a b' }, 'middleware.cookie'],
    [{ cookie: 'a;b' }, 'middleware.cookie'],
    [{ header: 'x:y' }, 'middleware.header'],
    [{ maxAgeSeconds: Number.NaN }, 'middleware.maxAgeSeconds'],
    [{ maxAgeSeconds: 0 }, 'middleware.maxAgeSeconds'],
  ])('leaves %o out of the options of its middleware, and says so', async (options, path) => {
    const other = createReplicaPool({
      primary: new pg.Pool(NOWHERE),
      replicas: [],
      tokenSecrets: ['a secret of the tests'],
    })
    other.routing.middleware(options as never)
    other.routing.middleware(null as never)
    expect(lines.filter(line => line.includes(path))).toHaveLength(1)
    await other.end()
  })

  it.each([
    [{ retryMs: Number.NaN }, 'processor.retryMs'],
    [{ maxDelayMs: -1 }, 'processor.maxDelayMs'],
    [{ whenBehind: 'x' }, 'processor.whenBehind'],
  ])('leaves %o out of the options of its processor, and says so', (options, path) => {
    pool.routing.processor(async () => {}, options as never)
    pool.routing.processor(async () => {}, null as never)
    expect(lines.filter(line => line.includes(path))).toHaveLength(1)
  })
})
