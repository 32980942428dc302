import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis as Server } from '@homeostat/services'
import { Redis } from 'ioredis'

/** A sentinel of one's own that watches a master, with a password of its own. */
export interface RedisSentinel extends AsyncDisposable {
  readonly port: number
}

/** The name that the sentinel knows the master by. */
export const MASTER = 'main'
export const SENTINEL_PASSWORD = 'watch'

/** Starts the program of the master as a sentinel, and waits until it knows the master. It fails over alone, within seconds. */
export async function startSentinel(master: Server, password: string): Promise<RedisSentinel> {
  const folder = mkdtempSync(join(tmpdir(), 'homeostat-sentinel-'))
  const port = 40_000 + Math.floor(Math.random() * 10_000)
  const file = join(folder, 'sentinel.conf')
  const lines = [
    `port ${port}`,
    `sentinel monitor ${MASTER} 127.0.0.1 ${master.port} 1`,
    `sentinel auth-pass ${MASTER} ${password}`,
    `sentinel down-after-milliseconds ${MASTER} 1000`,
    `requirepass ${SENTINEL_PASSWORD}`,
  ]
  writeFileSync(file, lines.join('\n'))
  const admin = new Redis(master.url)
  const info = await admin.info('server')
  admin.disconnect()
  // With the libraries that the master was started with.
  const [, program = ''] = /^executable:(.*)\r$/m.exec(info) ?? []
  const maps = `/proc/${/^process_id:(\d+)/m.exec(info)?.[1]}/maps`
  const libraries = existsSync(maps) ? (readFileSync(maps, 'utf8').match(/\/\S*(?=\/[^/]*\.so)/g) ?? []) : []
  const env = { ...process.env, LD_LIBRARY_PATH: [...new Set(libraries)].join(':') }
  const sentinel = spawn(program, [file, '--sentinel'], { argv0: 'redis-sentinel', stdio: 'ignore', env })
  const watching = new Redis({ port, password: SENTINEL_PASSWORD, retryStrategy: () => 100 })
  watching.on('error', () => {})
  while (((await watching.call('SENTINEL', 'masters').catch(() => [])) as unknown[]).length === 0) await sleep(50)
  watching.disconnect()
  return {
    port,
    async [Symbol.asyncDispose]() {
      sentinel.kill('SIGKILL')
      rmSync(folder, { recursive: true })
    },
  }
}
