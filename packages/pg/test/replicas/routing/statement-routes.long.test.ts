import { startPostgres, type Postgres } from '@homeostat/services'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadGrammar } from '../../../src/grammar.ts'
import { StatementRoutes } from '../../../src/replicas/routing/statement-routes.ts'
import { CORPUS_HIDDEN, CORPUS_SCHEMA, CORPUS_TEMPORARY } from './corpus-schema.ts'
import { createCorpus } from './corpus.ts'

let server: Postgres
let client: pg.Client
let other: pg.Client
let routes: StatementRoutes

beforeAll(async () => {
  server = await startPostgres({ database: 'shop' })
  client = new pg.Client({ connectionString: server.url })
  other = new pg.Client({ connectionString: server.url })
  await client.connect()
  await other.connect()
  await client.query(CORPUS_SCHEMA)
  await client.query(CORPUS_HIDDEN)
  await other.query(CORPUS_TEMPORARY)
  const grammar = await loadGrammar()
  routes = new StatementRoutes({
    grammar: grammar!,
    query: async (text, values) => (await client.query(text, [...values])).rows,
    report: error => expect.unreachable(String(error)),
  })
})

afterAll(async () => {
  await other?.end()
  await client?.end()
  await server?.stop()
})

describe('the corpus', () => {
  it('moves no unsafe statement, and at least 95 % of the safe ones', async () => {
    const corpus = createCorpus()
    expect(corpus.length).toBeGreaterThan(1_500)
    const wronglyMoved: string[] = []
    const wronglyKept: string[] = []
    const notParsed: string[] = []
    let safe = 0
    for (const { text, isSafe, kind } of corpus) {
      const route = await routes.classify(text)
      if (isSafe) safe++
      if (route === 'read' && !isSafe) wronglyMoved.push(`${kind}: ${text}`)
      if (route === 'not_parsed' && !isSafe && !kind.startsWith('not SQL')) notParsed.push(text)
      if (route !== 'read' && isSafe) wronglyKept.push(`${route}: ${kind}: ${text}`)
    }
    console.log(
      `${corpus.length} statements: ${wronglyMoved.length} unsafe moved, ${safe - wronglyKept.length} of ${safe} safe ones moved`,
    )
    expect(wronglyMoved).toEqual([])
    expect(wronglyKept.length).toBeLessThanOrEqual(safe * 0.05)
    // Each is refused for what it does, and not for a mistake in its spelling.
    expect(notParsed).toEqual([])
  })

  it('calls safe only what Postgres runs without a write', async () => {
    const safe = createCorpus().filter(({ isSafe }) => isSafe)
    const failed: string[] = []
    for (const { text } of safe) {
      await client.query('BEGIN READ ONLY')
      try {
        await client.query(text)
        const { rows } = await client.query('SELECT pg_current_xact_id_if_assigned() AS id')
        if (rows[0].id !== null) failed.push(`has a transaction id: ${text}`)
      } catch (error) {
        failed.push(`${(error as Error).message}: ${text}`)
      }
      await client.query('ROLLBACK')
    }
    expect(failed).toEqual([])
  })
})
