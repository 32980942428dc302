import { setTimeout as delay } from 'node:timers/promises'
import type * as Pg from 'pg'
import type { Client, Pool, PoolClient, PoolConfig } from 'pg'
import type { Case, Libraries, Transcript } from './transcript.ts'

type WithClient = (client: Client, transcript: Transcript, libraries: Libraries) => Promise<unknown>
type WithPool = (pool: Pool, transcript: Transcript, libraries: Libraries) => Promise<unknown>

const EVENTS = ['connect', 'acquire', 'release', 'remove', 'error'] as const

function onClient(name: string, run: WithClient, copy: 'pg' | 'pgCopy' = 'pg'): Case {
  return {
    name: `${copy}: ${name}`,
    async run(transcript, libraries) {
      const client = new libraries[copy].Client({ connectionString: libraries.postgresUrl })
      for (const event of ['end', 'notice', 'drain', 'error'] as const)
        client.on(event as 'end', () => transcript.log(`client ${event}`))
      await client.connect()
      await run(client, transcript, libraries)
      await client.end().catch(() => undefined)
    },
  }
}

function onPool(name: string, run: WithPool, options: PoolConfig = {}): Case {
  return {
    name: `pool: ${name}`,
    async run(transcript, libraries) {
      const pool = new libraries.pg.Pool({ connectionString: libraries.postgresUrl, max: 3, ...options })
      for (const event of EVENTS) pool.on(event as 'connect', () => transcript.log(`pool ${event}`))
      await run(pool, transcript, libraries)
      await pool.end()
      transcript.log('counts', [pool.totalCount, pool.idleCount, pool.waitingCount, pool.ended])
    },
  }
}

const rows = (answer: Promise<{ rows: unknown[]; rowCount: number | null; command: string }>) =>
  answer.then(({ rows: found, rowCount, command }) => ({ found, rowCount, command }))

/** Every form of a query, on both copies of pg. */
const forms: readonly [string, WithClient][] = [
  ['a text', (client, t) => t.settle('query', () => rows(client.query('SELECT 1 AS n')))],
  ['values', (client, t) => t.settle('query', () => rows(client.query('SELECT $1::int AS n', [2])))],
  ['a config', (client, t) => t.settle('query', () => rows(client.query({ text: 'SELECT 1 AS n', rowMode: 'array' })))],
  [
    'a prepared statement, twice',
    async (client, t) => {
      for (const n of [1, 2])
        await t.settle('query', () => rows(client.query({ name: 'p', text: 'SELECT $1::int AS n', values: [n] })))
      await t.settle('another text', () => client.query({ name: 'p', text: 'SELECT 2' }))
    },
  ],
  [
    'several statements',
    (client, t) => t.settle('query', () => client.query('SELECT 1 AS a; SELECT 2 AS b').then(String)),
  ],
  ['an error of the server', (client, t) => t.settle('query', () => client.query('SELEC'))],
  ['a failing constraint', (client, t) => t.settle('query', () => client.query('SELECT 1 / $1::int', [0]))],
  ['nothing', (client, t) => t.settle('query', async () => client.query(undefined as unknown as string))],
  ['null', (client, t) => t.settle('query', async () => client.query(null as unknown as string))],
  ['values that cannot be sent', (client, t) => t.settle('query', () => client.query('SELECT $1', [Symbol('s')]))],
  [
    'values with methods of their own',
    (client, t) => {
      const value = { toPostgres: (prepare: unknown) => (t.log('toPostgres', typeof prepare), 'x') }
      const proxy = new Proxy(['y'], { get: (target, key) => (t.log('trap', String(key)), Reflect.get(target, key)) })
      return t.settle('query', () => rows(client.query('SELECT $1::text AS a, $2::text[] AS b', [value, proxy])))
    },
  ],
  [
    'a callback',
    async (client, t) => {
      await new Promise<void>(resolve => {
        const returned: unknown = client.query('SELECT 1 AS n', function (this: unknown, ...args: unknown[]) {
          t.log('called back', [
            args.length,
            args[0],
            this === undefined || this === null,
            (args[1] as { rows: unknown }).rows,
          ])
          resolve()
        } as never)
        t.log('returned', returned)
      })
    },
  ],
  [
    'a callback that throws',
    async (client, t) => {
      client.query('SELECT 1', () => {
        throw new Error('planted by a callback')
      })
      await delay(30)
      await t.settle('afterwards', () => rows(client.query('SELECT 2 AS n')))
    },
  ],
  [
    'a callback with an error',
    (client, t) =>
      new Promise<void>(resolve => {
        client.query('SELEC', (...args: unknown[]) => (t.log('called back', args), resolve()))
      }),
  ],
  [
    'the order of several',
    async (client, t) => {
      const answers = ['SELECT 1', 'SELEC', 'SELECT 3'].map((text, n) =>
        client.query(text).then(
          () => t.log(`${n} gives`),
          () => t.log(`${n} fails`),
        ),
      )
      process.nextTick(() => t.log('tick'))
      queueMicrotask(() => t.log('microtask'))
      await Promise.all(answers)
    },
  ],
  [
    'a transaction',
    async (client, t) => {
      for (const text of ['BEGIN', 'SELECT 1 / 0', 'SELECT 1', 'ROLLBACK', 'SELECT 2 AS n'])
        await t.settle(text, () => rows(client.query(text)))
    },
  ],
  ['an unhandled rejection', (client, _t) => (void client.query('SELECT no_such_column'), delay(50))],
  [
    'after its end',
    async (client, t) => {
      await client.end()
      await t.settle('query', () => client.query('SELECT 1'))
      await t.settle('end', () => client.end())
    },
  ],
  [
    'a connection that breaks',
    async (client, t) => {
      const { pid } = (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!
      await t.settle('query', () => client.query('SELECT pg_terminate_backend($1)', [pid]))
      await delay(30)
      await t.settle('afterwards', () => client.query('SELECT 1'))
    },
  ],
  [
    'a query object with listeners',
    (client, t) =>
      new Promise<void>(resolve => {
        const { Query } = client.constructor as unknown as typeof Pg
        const query = client.query(new Query('SELECT n FROM generate_series(1, 3) n') as never) as unknown as {
          on(event: string, listener: (...args: unknown[]) => void): void
        }
        query.on('row', row => t.log('row', row))
        query.on('end', result => (t.log('end', (result as { rowCount: number }).rowCount), resolve()))
        query.on('error', error => (t.log('error', error), resolve()))
      }),
  ],
  [
    'an error with the frames of its caller',
    async (client, t) => {
      async function caller(): Promise<void> {
        await client.query('SELECT * FROM no_such_table')
      }
      await t.settle('caller', caller)
    },
  ],
  [
    'a read timeout',
    (client, t) => t.settle('query', () => client.query({ text: 'SELECT pg_sleep(0.2)', query_timeout: 30 } as never)),
  ],
  [
    'the same promise class and properties',
    async (client, t) => {
      const answer = client.query('SELECT 1')
      t.log('class', [answer instanceof Promise, answer.constructor === Promise, Object.keys(client).toSorted()])
      t.log('method', [client.query.name, client.query.length, Object.keys(Object.getPrototypeOf(client) as object)])
      await answer
    },
  ],
]

async function take(pool: Pool, t: Transcript): Promise<PoolClient> {
  const client = await pool.connect()
  t.log('taken', [pool.totalCount, pool.idleCount, pool.waitingCount])
  return client
}

const pools: readonly Case[] = [
  onPool('a query', (pool, t) => t.settle('query', () => rows(pool.query('SELECT 1 AS n')))),
  onPool('an error', (pool, t) => t.settle('query', () => pool.query('SELEC'))),
  onPool('an error with the frames of its caller', (pool, t) => {
    async function caller(): Promise<void> {
      await pool.query('SELECT * FROM no_such_table')
    }
    return t.settle('caller', caller)
  }),
  onPool(
    'connect with a callback',
    (pool, t) =>
      new Promise<void>(resolve => {
        const returned: unknown = pool.connect((...args: unknown[]) => {
          t.log('called back', [args.length, args[0], typeof args[2]])
          ;(args[2] as () => void)()
          resolve()
        })
        t.log('returned', returned)
      }),
  ),
  onPool('acquire and connect handlers that query', async (pool, t) => {
    for (const event of ['acquire', 'connect'] as const)
      pool.on(
        event,
        client => void client.query(`SELECT '${event}'`).then(({ rows: found }) => t.log('handler', found)),
      )
    await t.settle('query', () => rows(pool.query('SELECT 1 AS n')))
    await delay(20)
  }),
  onPool('waiting in line', async (pool, t) => {
    const clients = [await take(pool, t), await take(pool, t), await take(pool, t)]
    const waiting = [0, 1].map(n => pool.connect().then(client => (t.log(`served ${n}`), client.release())))
    t.log('waiting', pool.waitingCount)
    for (const client of clients) client.release()
    await Promise.all(waiting)
  }),
  onPool(
    'a timeout while waiting',
    async (pool, t) => {
      const clients = [await take(pool, t), await take(pool, t), await take(pool, t)]
      await t.settle('fourth', () => pool.connect())
      for (const client of clients) client.release()
    },
    { connectionTimeoutMillis: 500 },
  ),
  onPool('a double release', async (pool, t) => {
    const client = await take(pool, t)
    client.release()
    await t.settle('again', async () => client.release())
  }),
  onPool('a client that is closed', async (pool, t) => {
    const client = await take(pool, t)
    client.release(true)
    await delay(20)
  }),
  onPool('a client that breaks while idle', async (pool, t, { pg, postgresUrl }) => {
    const client = await take(pool, t)
    const { pid } = (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!
    client.release()
    const killer = new pg.Client({ connectionString: postgresUrl })
    await killer.connect()
    await killer.query('SELECT pg_terminate_backend($1)', [pid])
    await killer.end()
    await delay(50)
    await t.settle('afterwards', () => rows(pool.query('SELECT 1 AS n')))
  }),
  onPool('after its end', async (_pool, t, { pg, postgresUrl }) => {
    const ended = new pg.Pool({ connectionString: postgresUrl })
    await ended.end()
    await t.settle('query', () => ended.query('SELECT 1'))
    await t.settle('connect', () => ended.connect())
    await t.settle('end', () => ended.end())
  }),
  onPool('a server that is not there', async (_pool, t, { pg }) => {
    const pool = new pg.Pool({ host: '127.0.0.1', port: 1 })
    await t.settle('query', () => pool.query('SELECT 1'))
    await pool.end()
  }),
  onPool('a subclass', async (_pool, t, { pg, postgresUrl }) => {
    class Own extends pg.Pool {
      override connect(...args: unknown[]): never {
        t.log('own connect', args.length)
        return (super.connect as (...args: unknown[]) => never)(...args)
      }
    }
    class OwnClient extends pg.Client {
      override query(...args: unknown[]): never {
        t.log('own query', args.length)
        return (super.query as (...args: unknown[]) => never)(...args)
      }
    }
    const own = new Own({ connectionString: postgresUrl, Client: OwnClient } as PoolConfig)
    await t.settle('query', () => rows(own.query('SELECT 1 AS n')))
    await own.end()
  }),
]

export const pgCases: readonly Case[] = [
  ...forms.map(([name, run]) => onClient(name, run)),
  ...forms.map(([name, run]) => onClient(name, run, 'pgCopy')),
  ...pools,
]
