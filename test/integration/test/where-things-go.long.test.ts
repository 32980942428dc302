import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres, startRedis } from '@homeostat/services'
import { SignalInstrumentation } from '@homeostat/signals'
import type { Action, Domain, HomeostatOptions, Knob, Response } from 'homeostat'
import { homeostat } from 'homeostat'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const page = await readFile(new URL('../../../packages/homeostat/docs/where-things-go.md', import.meta.url), 'utf8')
const redis = await startRedis()
const postgres = await startPostgres()
const pool = new Pool({ connectionString: postgres.url })
pool.on('error', () => {})
let client: Redis
let folder: string

afterAll(async () => {
  await pool.end()
  await redis.stop()
  await postgres.stop()
})

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeostat-test-'))
  // What goes to the system's folder for temporary files goes there.
  vi.stubEnv('TMPDIR', folder)
  client = new Redis(redis.url)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  const keys = await client.keys('homeostat:*')
  if (keys.length > 0) await client.del(keys)
  client.disconnect()
  await pool.query('DROP TABLE IF EXISTS homeostat_lease, homeostat_state')
  await rm(folder, { recursive: true, force: true })
})

/** The first column of the tables below a heading of the page. */
function listed(heading: string): string[] {
  const section = page.split(/^## /m).find(each => each.startsWith(heading))!
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name!)
}

const asPattern = (name: string): RegExp =>
  new RegExp(
    `^${name
      .replaceAll(/[.$()]/g, String.raw`\$&`)
      .replace('{service}', '{shop}')
      .replaceAll('*', '.+')
      .replaceAll(/[{}]/g, String.raw`\$&`)}$`,
  )

interface Left {
  readonly redis: Set<string>
  readonly postgres: Set<string>
  readonly files: Set<string>
}

const always = { alert: 'Always', expr: 'vector(1)' }
const answer = (action: string, more: Partial<Response> = {}): Response => ({
  to: { alert: 'Always' },
  action,
  priority: 'slo',
  withhold: false,
  cooldownMs: 0,
  ...more,
})

function act(name: string, more: Partial<Action>): Action {
  const run = async (): ReturnType<Action['run']> => ({ summary: 'done', effects: { things: 1 } })
  return { name, scope: 'process', touches: [name], raises: [], lowers: [], risk: 0, run, ...more }
}

/** A value in a file of the test's, or in the Redis that the application uses. */
function knob(name: string, scope: Knob['scope'], values: { value: number }): Knob {
  return {
    name,
    scope,
    bounds: { min: 1, max: 100 },
    read: () => values.value,
    compareAndSet: (expected, next) => {
      if (values.value !== expected) return false
      values.value = next
      return true
    },
  }
}

class Nothing extends SignalInstrumentation<object> {
  protected activate(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }
}

/** Something that has learned and wants to keep it. */
const learner: Domain & { readonly forecasts: unknown } = {
  name: 'forecast',
  instrumentation: new Nothing('learner', '0', {}),
  rules: [],
  responses: [],
  actions: [],
  knobs: [],
  reclaimers: [],
  forecasts: {
    section: {
      name: 'forecasts',
      version: 1,
      forgetAfterMs: 86_400_000,
      snapshot: () => [{ key: 'hours', print: '1', lines: () => [1] }],
      parse: () => 1,
      restore: () => undefined,
    },
    observe: () => undefined,
    predictions: () => [],
  },
}

/** Runs an application with everything that could leave something, and notes all that is there at any time. */
async function run(options: HomeostatOptions, isComplete?: (left: Left) => boolean): Promise<Left> {
  const [local, shared, held] = [{ value: 10 }, { value: 10 }, { value: 10 }]
  const h = homeostat({
    intervalMs: 50,
    warmUpMs: 0,
    log: false,
    killSignal: false,
    watchdog: false,
    environment: {},
    rules: [always],
    knobs: [
      knob('app.local', 'process', local),
      knob('app.shared', 'shared', shared),
      knob('app.held', 'process', held),
    ],
    actions: [
      act('load.shed', {}),
      act('queue.pause', { scope: 'shared' }),
      act('heap.compact', {
        disruptive: true,
        run: async () => {
          await sleep(300)
          return { summary: 'done', effects: { things: 1 } }
        },
      }),
    ],
    responses: [
      answer('app.local', { options: { to: 5 } }),
      answer('app.held', { options: { to: 5 } }),
      answer('app.shared', { options: { to: 5 } }),
      answer('queue.pause'),
      answer('load.shed', {
        withhold: true,
        expect: { expr: 'vector(1)', direction: 'down', settleMs: 0, windowMs: 1 },
      }),
      answer('heap.compact'),
    ],
    budget: { runsPerHour: 1000, runsPerHourOfAction: 1000, concurrentRuns: 10, blockedMsPerMinute: 10_000 },
    pg: { slowQueryThresholdMs: 0 },
    domains: [learner],
    ...options,
  })
  for (const instrumentation of h.instrumentations) instrumentation.enable()
  const left: Left = { redis: new Set(), postgres: new Set(), files: new Set() }
  try {
    const until = performance.now() + (isComplete ? 40_000 : 1500)
    while (performance.now() < until) {
      if (isComplete?.(left)) break
      await client.set('app:1', 'x')
      for (let i = 0; i < 12; i++) await pool.query('SELECT 1 AS answer')
      // A person sets what Homeostat has set: it is left alone from then on.
      if (held.value === 5) held.value = 50
      await note(left)
      await sleep(50)
    }
  } finally {
    await h.stop()
  }
  await note(left)
  return left
}

async function note({ redis: keys, postgres: tables, files }: Left): Promise<void> {
  for (const key of await client.keys('*')) if (!key.startsWith('app:')) keys.add(key)
  const found = await pool.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND relkind = 'r'",
  )
  for (const { name } of found.rows) tables.add(name)
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) files.add(join(entry.parentPath, entry.name).slice(folder.length + 1))
}

const nothing: Left = { redis: new Set(), postgres: new Set(), files: new Set() }

describe('2-73: nothing is written outside the process before an option names a place', () => {
  it.each<'off' | 'shadow' | 'advise'>(['off', 'shadow', 'advise'])('mode %s leaves nothing anywhere', async mode => {
    expect(await run({ mode, service: 'shop' })).toEqual(nothing)
  })

  it('a coordinator alone writes nothing in advise: nothing is leased', async () => {
    expect(await run({ coordinator: 'redis', service: 'shop' })).toEqual(nothing)
    expect(await run({ coordinator: 'postgres', service: 'shop' })).toEqual(nothing)
  })

  it('act alone writes to no server, and only undo journals to the folder for temporary files', async () => {
    const left = await run({ mode: 'act', service: 'shop' })
    expect(left).toMatchObject({ redis: new Set(), postgres: new Set() })
    const others = [...left.files].filter(
      file => !/^homeostat-[^/]+\/[^/]+\/(?:[^/]+\.journal|exclusions\.ndjson)$/.test(file),
    )
    expect(others).toEqual([])
    expect(left.files.size).toBeGreaterThan(0)
  })

  it('2-72: a service without a name shares nothing, whatever the options are', async () => {
    const stateDir = join(folder, 'state')
    const left = await run({ mode: 'act', coordinator: 'redis', stateStore: 'redis' })
    const more = await run({ mode: 'act', coordinator: 'postgres', stateStore: 'postgres', stateDir })
    for (const { redis: keys, postgres: tables } of [left, more]) expect([keys, tables]).toEqual([new Set(), new Set()])
    expect([...more.files].filter(file => /histories|\.state$/.test(file))).toEqual([])
  })
})

describe('the page lists everything that is left', () => {
  it('in Redis', async () => {
    const known = listed('Redis').map(asPattern)
    const isFound = (pattern: RegExp, { redis: keys }: Left): boolean => [...keys].some(key => pattern.test(key))
    // Learned state is written at the end.
    const during = known.filter(pattern => !pattern.source.includes('state'))
    const options: HomeostatOptions = { mode: 'act', service: 'shop', coordinator: 'redis', stateStore: 'redis' }
    const left = await run(options, sofar => during.every(pattern => isFound(pattern, sofar)))
    expect([...left.redis].filter(key => !known.some(pattern => pattern.test(key)))).toEqual([])
    expect(known.filter(pattern => !isFound(pattern, left))).toEqual([])
    expect(left.postgres).toEqual(new Set())
  })

  it('in Postgres', async () => {
    const options: HomeostatOptions = { mode: 'act', service: 'shop', coordinator: 'postgres', stateStore: 'postgres' }
    const left = await run(options, ({ postgres: tables }) => tables.has('homeostat_lease'))
    // That one comes with the first index that is built: see `create-index` of the tests of `@homeostat/pg`.
    const expected = listed('Postgres').filter(table => table !== 'homeostat_index')
    expect([...left.postgres].toSorted()).toEqual(expected.toSorted())
    expect(left.redis).toEqual(new Set())
  })

  it('in files', async () => {
    const left = await run({ mode: 'act', service: 'shop', stateDir: join(folder, 'state') })
    const known = listed('Files').map(name => new RegExp(`^state/[^/]+/${asPattern(name).source.slice(1)}`))
    expect([...left.files].filter(file => !known.some(pattern => pattern.test(file)))).toEqual([])
    expect(known.filter(pattern => ![...left.files].some(file => pattern.test(file)))).toEqual([])
  })
})

describe('2-16: spellings of one server', () => {
  it('are one server, found out without a process warning', async () => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const { port } = new URL(redis.url)
    const other = new Redis({ host: 'localhost', port: Number(port) })
    const nowhere = new Pool({ host: '127.0.0.1', port: 1 })
    try {
      await other.ping()
      await nowhere.query('SELECT 1').catch(() => undefined)
      const left = await run(
        { mode: 'act', service: 'shop', coordinator: 'redis', stateStore: 'redis' },
        ({ redis: keys }) => keys.has('homeostat:{shop}:members'),
      )
      expect([...left.redis].some(key => key.startsWith('homeostat:{shop}:'))).toBe(true)
      expect(warning).not.toHaveBeenCalled()
    } finally {
      other.disconnect()
      await nowhere.end()
      warning.mockRestore()
    }
  })
})
