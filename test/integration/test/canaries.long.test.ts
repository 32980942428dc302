import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startPostgres, startRedis } from '@homeostat/services'
import { expect, it } from 'vitest'
import type { CanaryArgs } from '../src/canaries/application.ts'

const program = fileURLToPath(new URL('../src/canaries/application.ts', import.meta.url))

it.each(['redis', 'postgres'] as const)(
  'no secret of an application leaves the process, with state in %s',
  async place => {
    await using postgres = await startPostgres()
    await using redis = await startRedis()
    const stateDir = await mkdtemp(join(tmpdir(), 'canaries-'))
    try {
      const args: CanaryArgs = {
        databaseUrl: postgres.url,
        redisUrl: redis.url,
        stateDir,
        place,
        prefix: `canary${process.pid}:`,
      }
      const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(args)], {
        timeout: 150_000,
        maxBuffer: 256e6,
      })
      const { canaries, ran, ...ways } = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, string>
      const planted = Object.entries(JSON.parse(canaries!) as Record<string, string>)
      // Spellings of the secret that a log or an exporter may make of it.
      const leaks = Object.entries(ways).flatMap(([way, text]) =>
        planted.flatMap(([place, secret]) => {
          const stem = secret.split('-', 1)[0]!.toLowerCase()
          const at = text.toLowerCase().indexOf(stem)
          return at < 0 ? [] : [`${place} in ${way}: ${text.slice(Math.max(0, at - 120), at + 60)}`]
        }),
      )
      expect(leaks).toEqual([])
      expect(planted.length).toBeGreaterThanOrEqual(130)
      expect(ways['unhandled']).toBe('')
      // Where nothing was printed it proves nothing.
      for (const way of ['diag', 'otlp', 'prometheus', 'spans', 'logs', 'explain', 'evidence', 'ledger', place])
        expect(ways[way]!.length, way).toBeGreaterThan(50)
      for (const event of ['sections', 'news', 'gauges', 'sample']) expect(ways['console']).toContain(`event: ${event}`)
      expect(ran).toContain('shop.throw11')
      expect(ran).toContain('cache.warm')
      expect(ran).toContain('query.optimize')
    } finally {
      await rm(stateDir, { recursive: true, force: true })
    }
  },
  180_000,
)
