import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'

const cli = fileURLToPath(new URL('../../../packages/homeostat/dist/cli/cli.js', import.meta.url))
/** Where pg and libpg-query are installed, as in the folder of an application. */
const installed = fileURLToPath(new URL('../../../packages/pg', import.meta.url))

const LOGGED = `2026-01-01 00:00:00.000 UTC [7] app@shop LOG:  duration: 812.531 ms  execute <unnamed>: SELECT *
\tFROM sale WHERE buyer_id = $1
2026-01-01 00:00:00.000 UTC [7] app@shop DETAIL:  parameters: $1 = '77'
`

let db: Postgres
let pool: pgDriver.Pool
let folder: string
let log: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeostat-advise-'))
  log = join(folder, 'postgresql.log')
  await writeFile(log, LOGGED)
  db = await startPostgres()
  pool = new pgDriver.Pool({ connectionString: db.url, max: 1 }).on('error', () => {})
  await pool.query(
    "CREATE TABLE sale AS SELECT i AS id, i % 9000 AS buyer_id, repeat('n', 60) AS note FROM generate_series(1, 90000) i",
  )
  await pool.query('ANALYZE sale')
})
afterAll(async () => {
  await pool.end()
  await db.stop()
  await rm(folder, { recursive: true })
})

interface Run {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

/** @param then - with the running command, whose standard input stays open until it has ended */
async function advise(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = { DATABASE_URL: db.url },
  then?: (child: ReturnType<typeof spawn>) => Promise<void>,
): Promise<Run> {
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, ...environment }
  const child = spawn(process.execPath, [cli, 'index', 'advise', ...args], { cwd: installed, env })
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  const read = Promise.all([ended, text(child.stdout), text(child.stderr)])
  await then?.(child)
  if (!then) child.stdin.end()
  const [code, out, error] = await read
  return { code, out, error }
}

it('prints what would help, at what price, and how to undo it', async () => {
  const { code, out, error } = await advise(['--from', log])
  expect({ code, error }).toEqual({ code: 1, error: '' })
  // The server counts written rows some time later.
  const shown = out
    .replace(/plan cost [\d,]+, (.*?) [\d,]+ with it/, 'plan cost N, $1 N with it')
    .replace(/[\d,]+ rows inserted/, 'N rows inserted')
  expect(shown).toBe(`examined 1 of 1 statement of the log: 1 index would help

1. public.sale (buyer_id): saves about 0.8 s of 0.81 s in 1 call of SELECT sale
   finds    about 10 of 90,000 rows
   plan     not verified (hypopg is not installed): plan cost N, estimated from statistics N with it
   price    about 2 MiB; each write gets dearer: N rows inserted, 0 updated, 0 deleted so far
   create   CREATE INDEX CONCURRENTLY IF NOT EXISTS homeostat_sale__buyer_id_idx ON public.sale (buyer_id)
   undo     DROP INDEX CONCURRENTLY public.homeostat_sale__buyer_id_idx
`)
})

it('prints one JSON object, or statements for psql', async () => {
  const { code, out } = await advise(['--from', log, '--json', '--database', db.url], {})
  expect(JSON.parse(out)).toMatchObject({
    recorded: 1,
    examined: 1,
    isStopped: false,
    indexes: [{ table: 'public.sale', definition: '(buyer_id)', calls: 1, totalMs: 812.531, valuesAreKnown: true }],
    problems: [],
  })
  const sql = await advise(['--from', log, '--format=sql'])
  expect([code, sql.code]).toEqual([1, 1])
  await pool.query(sql.out.replace(' CONCURRENTLY', ''))
  expect(await advise(['--from', log])).toMatchObject({
    code: 0,
    out: expect.stringContaining('no missing index found'),
  })
  await pool.query(/-- undo: (.*)/.exec(sql.out)![1]!)
})

it('does not call it a success when no statement could be examined', async () => {
  const unknown = join(folder, 'unknown.log')
  await writeFile(unknown, LOGGED.replace('FROM sale', 'FROM gone'))
  const { code, out } = await advise(['--from', unknown])
  expect({ code, line: out.split('\n')[0] }).toEqual({
    code: 2,
    line: 'examined 0 of 1 statement of the log: nothing could be examined',
  })
})

it('reads standard input, and stops with what it has when it is interrupted', async () => {
  const run = await advise(['--from', '-'], undefined, async child => {
    child.stdin?.write(LOGGED)
    const waits =
      "SELECT 1 FROM pg_stat_activity WHERE application_name = 'homeostat' AND state = 'idle' AND query LIKE '%current_database()%'"
    while ((await pool.query(waits)).rows.length === 0) await new Promise(resolve => setTimeout(resolve, 20))
    child.kill('SIGINT')
  })
  expect(run).toMatchObject({ code: 0, error: '' })
  expect(run.out).toMatch(
    /^examined 0 of (?:0 statements|1 statement) of the log: no missing index found \(stopped early\)\n/,
  )
})

it.each([
  [['--from', 'none.log'], "path 'none.log' does not exist"],
  [['--from', '.'], "path '.' is a folder, give a file"],
  [[], "required option '--from' not provided"],
  [['--from', 'pg_stat_statements', '--limit=none'], "'--limit' must be a whole number from 1 to 1000, got 'none'"],
  [['--from', '-', '--format=xml'], "'--format' must be text, json or sql, got 'xml'"],
  [['--from', '-', '--format=sql', '--json'], 'give --json or --format=sql, not both'],
])('%j is one line and exit code 2', async (args, line) => {
  expect(await advise(args)).toEqual({ code: 2, out: '', error: `homeostat: error: ${line}, try --help\n` })
})

it.each(['gzip', 'binary'])(
  'a log that is %s is refused before the database is asked, and says what to do',
  async kind => {
    const file = join(folder, `${kind}.log`)
    await writeFile(file, kind === 'gzip' ? gzipSync(LOGGED) : Buffer.from(LOGGED, 'utf16le'))
    const refused =
      kind === 'gzip'
        ? `path '${file}' is packed (gzip): zcat ${file} | homeostat index advise --from -`
        : `path '${file}' is not a text: give a log of the server, in the format stderr, csvlog or jsonlog`
    const nowhere = { DATABASE_URL: 'postgres://127.0.0.1:1/none' }
    expect(await advise(['--from', file], nowhere)).toEqual({
      code: 2,
      out: '',
      error: `homeostat: error: ${refused}, try --help\n`,
    })
    const piped = await advise(['--from', '-'], undefined, async child => {
      child.stdin?.end(kind === 'gzip' ? gzipSync(LOGGED) : Buffer.from(LOGGED, 'utf16le'))
    })
    expect(piped.code).toBe(2)
    expect(piped.error).toContain(`standard input is ${kind === 'gzip' ? 'packed (gzip): zcat FILE |' : 'not a text'}`)
  },
)

it.each([
  ['garbage', 'DATABASE_URL is not an address of a Postgres database, such as postgres://USER@HOST:5432/NAME'],
  ['mysql://root:secret@127.0.0.1/shop', 'DATABASE_URL is not an address of a Postgres database'],
  ['postgres://app:se#cret@127.0.0.1/shop', 'DATABASE_URL cannot be read as an address: write special characters'],
])('DATABASE_URL=%j is refused without showing it', async (url, line) => {
  const { code, out, error } = await advise(['--from', log], { DATABASE_URL: url })
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(error.startsWith(`homeostat: error: ${line}`)).toBe(true)
  expect(error).not.toMatch(/garbage|cret/)
})

it('names a schema that does not exist', async () => {
  expect(await advise(['--from', log, '--schema=public', '--schema=nope'])).toEqual({
    code: 2,
    out: '',
    error: 'homeostat: error: the database has no schema nope, try --help\n',
  })
})

it('shows neither address nor password of a database that does not answer', async () => {
  const url = 'postgresql://app:secret-password@127.0.0.1:1/secret_name'
  expect(await advise(['--from', 'pg_stat_statements'], { DATABASE_URL: url })).toEqual({
    code: 2,
    out: '',
    error:
      'homeostat: error: the database cannot be asked: the connection was refused: is the server up? (ECONNREFUSED), try --help\n',
  })
  expect((await advise(['--from', 'pg_stat_statements'], {})).error).toContain("name the database: '--database'")
})
