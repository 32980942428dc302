import { chown, cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cacheFolder } from '../src/cache-folder.ts'
import { startRedis } from '../src/index.ts'
import { findPostgresBinaries } from '../src/postgres-binaries.ts'
import { runProgram } from './program.ts'
import { leftovers } from './traces.ts'

const NOBODY = 65_534
const LIMIT = { timeout: 120_000 }

describe('an ordinary user', () => {
  it.for(['debian', 'embedded'] as const)(
    'runs all of it out of a home and temp folder of its own (%s)',
    LIMIT,
    async (from, { skip }) => {
      if (process.getuid?.() !== 0)
        skip('only root can become another user; run by an ordinary user, every other test shows the same')
      await findPostgresBinaries([from], undefined, () => {}).catch((error: Error) => skip(error.message))
      const home = await mkdtemp('/tmp/services-test-home-')
      try {
        await shareRedisCache(home)
        await mkdir(join(home, 'tmp'))
        for (const entry of ['', ...(await readdir(home, { recursive: true }))])
          await chown(join(home, entry), NOBODY, NOBODY).catch(() => {})
        const env = { PATH: process.env['PATH'] ?? '', HOME: home, TMPDIR: join(home, 'tmp') }
        const program = runProgram(['return', from], { uid: NOBODY, gid: NOBODY, env, cwd: '/' })
        const { traces, postgres, redis } = await program.announced
        expect(traces.every(({ folder }) => folder.startsWith(env.TMPDIR))).toBe(true)
        expect(postgres.origin).toBe(from)
        expect(redis.version).toMatch(/^\d+\./)
        expect((await program.ended).code).toBe(0)
        expect(await leftovers(traces, 0)).toEqual([])
        expect(await readdir(env.TMPDIR)).toEqual([])
      } finally {
        await rm(home, { recursive: true })
      }
    },
  )
})

/** Spares the other user the download, so that this test needs no network. */
async function shareRedisCache(home: string): Promise<void> {
  await using redis = await startRedis()
  if (redis.origin === 'debian-packages')
    await cp(cacheFolder(), join(home, '.cache', 'homeostat'), { recursive: true, verbatimSymlinks: true })
}
