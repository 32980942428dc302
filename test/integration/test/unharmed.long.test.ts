import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { startPostgres, startRedis, type Postgres, type Redis } from '@homeostat/services'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

type Transcripts = Readonly<Record<string, readonly string[]>>
/** All transcripts of each case that were seen, as text. */
type Seen = Map<string, Set<string>>

/** The order in which a server's answers and a socket's events come is chance in some cases: so often are they repeated. */
const MAX_ROUNDS = 12

describe('the application is unharmed', () => {
  let postgres: Postgres
  let redis: Redis
  beforeAll(async () => {
    ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  })
  afterAll(() => Promise.all([postgres.stop(), redis.stop()]))

  async function run(how: string, seen: Seen, only?: readonly string[]): Promise<void> {
    const program = new URL('../src/unharmed/run.ts', import.meta.url).pathname
    const args = [program, how, postgres.url, redis.url, JSON.stringify(only ?? null)]
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      timeout: 240_000,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    for (const [name, lines] of Object.entries(JSON.parse(stdout) as Transcripts)) {
      seen.set(name, (seen.get(name) ?? new Set()).add(lines.join('\n')))
    }
  }

  const without: Seen = new Map()
  const hasCommon = (one: Set<string>, other: Set<string> | undefined): boolean =>
    other !== undefined && [...one].some(transcript => other.has(transcript))
  const differing = (other: Seen): string[] =>
    [...without].filter(([name, seen]) => !hasCommon(seen, other.get(name))).map(([name]) => name)

  it('in at least 60 cases that run to their end', async () => {
    await run('without', without)
    expect(without.size).toBeGreaterThanOrEqual(60)
    for (const [name, [transcript = '']] of without) {
      expect(transcript, name).not.toBe('')
      expect(transcript, name).not.toContain('the case fails')
    }
  }, 300_000)

  it.each(['before', 'after'])(
    'results, errors, stacks, event order and rejections are the same, Homeostat started %s the libraries',
    async how => {
      const other: Seen = new Map()
      await run(how, other)
      for (let round = 0; round < MAX_ROUNDS && differing(other).length > 0; round++) {
        const names = differing(other)
        await run('without', without, names)
        await run(how, other, names)
      }
      for (const name of differing(other)) expect([...other.get(name)!], name).toEqual([...without.get(name)!])
    },
    300_000,
  )

  it('and the comparison finds a wrapper that costs one turn of the event loop', async () => {
    const other: Seen = new Map()
    const names = ['pg: a callback', 'pg: the order of several']
    for (let round = 0; round < 3; round++) await run('planted', other, names)
    expect(differing(other).filter(name => names.includes(name))).toEqual(expect.arrayContaining(['pg: a callback']))
  }, 120_000)
})
