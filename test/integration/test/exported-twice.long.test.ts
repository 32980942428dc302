import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startPostgres, type Postgres } from '@homeostat/services'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ExportedTwiceInput, ExportedTwiceResult } from '../src/exported-twice.ts'

const QUERIES = 7
const THEIRS = '@opentelemetry/instrumentation-pg'
let db: Postgres
beforeAll(async () => void (db = await startPostgres()))
afterAll(() => db[Symbol.asyncDispose]())

async function run(input: Omit<ExportedTwiceInput, 'url' | 'queries'>): Promise<ExportedTwiceResult> {
  const script = fileURLToPath(new URL('../src/exported-twice.ts', import.meta.url))
  const given = JSON.stringify({ url: db.url, queries: QUERIES, ...input } satisfies ExportedTwiceInput)
  const { stdout } = await promisify(execFile)(process.execPath, [script, given])
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as ExportedTwiceResult
}

const isTheirs = (scope: string): boolean => !scope.startsWith('@homeostat/')
const isShared = (scopes: readonly string[]): boolean => scopes.some(isTheirs) && !scopes.every(isTheirs)

it('2-60: beside the contrib instrumentations, each that exports our names is reported once', async () => {
  const { findings, lines, operations, scopes } = await run({ isBeside: true, options: {} })
  expect(operations).toEqual({ [THEIRS]: expect.any(Number), '@homeostat/pg': QUERIES })
  const doubling = new Set(
    Object.values(scopes).flatMap(carriers => (isShared(carriers) ? carriers.filter(isTheirs) : [])),
  )
  expect([...doubling].toSorted()).toEqual([
    '@opentelemetry/host-metrics',
    THEIRS,
    '@opentelemetry/instrumentation-runtime-node',
  ])
  for (const scope of doubling) {
    expect(findings.filter(text => text.includes(`exported by both ${scope} and `))).toHaveLength(1)
    expect(lines.filter(text => text.includes(`exported by both ${scope} and `))).toHaveLength(1)
  }
  expect(findings).toHaveLength(doubling.size)
})

it('2-60: with exportDoubles: false no sum doubles, nothing is reported, and rules see ours all the same', async () => {
  const { findings, operations, scopes, isSeen } = await run({ isBeside: true, options: { exportDoubles: false } })
  expect(Object.keys(operations)).toEqual([THEIRS])
  expect(isSeen).toBe(true)
  expect(Object.entries(scopes).filter(([, carriers]) => isShared(carriers))).toEqual([])
  expect(scopes['homeostat.memory.usage']).toEqual(['@homeostat/runtime'])
  expect(scopes['db.client.connection.limit']).toEqual(['@homeostat/pg'])
  expect(findings).toEqual([])
})

it('2-60: without them nothing is reported', async () => {
  const { findings, operations } = await run({ isBeside: false, options: {} })
  expect(operations).toEqual({ '@homeostat/pg': QUERIES })
  expect(findings).toEqual([])
})
