import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { lookup } from 'node:dns/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { findOnPath } from '../src/command.ts'
import { redisFromDebianPackages } from '../src/debian-packages.ts'
import { startRedis } from '../src/index.ts'

let cache: string

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'services-test-'))
  vi.stubEnv('XDG_CACHE_HOME', cache)
  vi.stubEnv('REDIS_URL', '')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(cache, { recursive: true })
})

describe('a machine without Redis', () => {
  it('gets one line that names the three ways to get one', async () => {
    vi.stubEnv('PATH', cache)
    await expect(startRedis()).rejects.toMatchObject({
      code: 'HOMEOSTAT_REDIS_NOT_FOUND',
      message: expect.stringMatching(
        /^no Redis server found .+: set REDIS_URL, install redis-server or valkey-server on PATH, or use Debian.+$/,
      ),
    })
  })

  it('gets the same line, with the reason, when the download fails, and nothing half stays in the cache', async ({
    skip,
  }) => {
    if (!(await findOnPath('apt-get'))) skip('no apt-get here')
    // A proxy that nobody runs: every connection of apt is refused.
    vi.stubEnv('http_proxy', 'http://127.0.0.1:9')
    vi.stubEnv('https_proxy', 'http://127.0.0.1:9')
    await expect(startRedis({ from: ['debian-packages'], log: () => {} })).rejects.toMatchObject({
      code: 'HOMEOSTAT_REDIS_NOT_FOUND',
      message: expect.stringMatching(/^no Redis server found .*could not be downloaded: .+: set REDIS_URL.+$/),
    })
    expect(await readdir(join(cache, 'homeostat'))).toEqual([])
  })
})

describe('the packages of the distribution', () => {
  it('are downloaded once, by processes that race too, repaired when broken, and then need no network', async ({
    skip,
  }) => {
    if (!(await findOnPath('apt-get'))) skip('no apt-get here')
    if (!(await lookup('deb.debian.org').catch(() => undefined))) skip('no network here')
    const lines: string[] = []
    const announce = (line: string): number => lines.push(line)
    const [one, two] = await Promise.all([redisFromDebianPackages(announce), redisFromDebianPackages(announce)])
    expect(one).toEqual(two)
    const entries = await readdir(join(cache, 'homeostat'))
    expect(entries).toEqual([expect.stringMatching(/^redis-(debian|ubuntu)-[\d.]+-\w+$/)])
    expect(lines).toHaveLength(2)

    await writeFile(one.file, 'no server')
    expect(await redisFromDebianPackages(announce)).toEqual(one)
    expect(lines).toHaveLength(3)

    vi.stubEnv('PATH', '/nonexistent')
    await using redis = await startRedis({ log: announce })
    expect(redis.origin).toBe('debian-packages')
    expect(lines.filter(line => line.startsWith('downloading'))).toHaveLength(3)
  })
})
