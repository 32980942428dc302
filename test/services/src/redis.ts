import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bareEnvironment } from './command.ts'
import { reasonOf, ServiceUnreachableError, ServiceUrlMalformedError } from './errors.ts'
import { startOnFreePort } from './free-port.ts'
import { guardian, type OwnedProcess } from './guardian.ts'
import { announcer } from './progress.ts'
import { findRedisBinary } from './redis-binaries.ts'
import type { RedisBinary, RedisBinaryOrigin } from './redis-binary.ts'
import { readRedisIdentity, type RedisIdentity } from './redis-identity.ts'
import { waitUntilReady } from './server-process.ts'

/** Where a Redis server comes from. */
export type RedisOrigin = 'environment' | RedisBinaryOrigin

export interface RedisOptions {
  /** More arguments of the server, after ours: `['--maxmemory', '64mb', '--requirepass', 'secret']`. Not for the server of `REDIS_URL`. */
  readonly args?: readonly string[]
  /** Use this port instead of a free one: so a stopped server seems to come back, empty. Not for the server of `REDIS_URL`. */
  readonly port?: number
  /** Which origins to try, in this order. Default `['environment', 'path', 'debian-packages']`. */
  readonly from?: readonly RedisOrigin[]
  /** Receives lines on slow work. @default one line on stderr for work that is slow the first time. */
  readonly log?: (line: string) => void
}

/** A Redis or Valkey server to use. */
export interface Redis extends AsyncDisposable {
  readonly url: string
  readonly host: string
  readonly port: number
  readonly origin: RedisOrigin
  /** The version of Redis it is, or claims to be compatible with: `7.0.15`. */
  readonly version: string
  /** Stops the server and removes its folder. Does nothing to the server of `REDIS_URL`. Calling it twice is harmless. */
  stop(): Promise<void>
}

/**
 * Starts a Redis server for tests, benchmarks and the demo: 127.0.0.1 only, nothing written to disk. It ends with this process, however
 * that ends.
 *
 * With `REDIS_URL` nothing is started, stopped or flushed: use key prefixes of your own there.
 *
 * @example
 * await using redis = await startRedis({ args: ['--maxmemory', '64mb'] })
 * const client = new IORedis(redis.url)
 */
export async function startRedis(options: RedisOptions = {}): Promise<Redis> {
  const origins = options.from ?? ['environment', 'path', 'debian-packages']
  const url = process.env['REDIS_URL']
  if (url && origins.includes('environment')) return redisOfEnvironment(url)
  const startedAt = performance.now()
  const local = origins.filter(origin => origin !== 'environment')
  const server = await LocalRedis.start(await findRedisBinary(local, announcer(options)), options)
  options.log?.(`redis ${server.version} on port ${server.port} after ${Math.round(performance.now() - startedAt)} ms`)
  return server
}

async function redisOfEnvironment(value: string): Promise<Redis> {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url?.hostname || (url.protocol !== 'redis:' && url.protocol !== 'rediss:')) {
    throw new ServiceUrlMalformedError('REDIS_URL', 'redis://user:password@host:port/0')
  }
  const { version } = await readRedisIdentity(value).catch(error => {
    throw new ServiceUnreachableError('REDIS_URL', url.host, error)
  })
  const port = Number(url.port || 6379)
  return {
    url: value,
    host: url.hostname,
    port,
    origin: 'environment',
    version,
    stop: leaveAlone,
    [Symbol.asyncDispose]: leaveAlone,
  }
}

/** What stopping means for a server that is not ours. */
async function leaveAlone(): Promise<void> {}

/** A server of ours. */
class LocalRedis implements Redis {
  readonly host = '127.0.0.1'
  readonly url: string
  readonly port: number
  readonly origin: RedisOrigin
  readonly version: string
  readonly #folder: string
  readonly #process: OwnedProcess
  #stopping: Promise<void> | undefined

  private constructor(
    origin: RedisOrigin,
    folder: string,
    process: OwnedProcess,
    url: string,
    port: number,
    version: string,
  ) {
    this.origin = origin
    this.#folder = folder
    this.#process = process
    this.url = url
    this.port = port
    this.version = version
  }

  static async start(binary: RedisBinary, options: RedisOptions): Promise<LocalRedis> {
    const folder = await guardian().folder(join(tmpdir(), 'homeostat-redis-'))
    try {
      return await startOnFreePort(port => LocalRedis.#startOn(port, folder, binary, options.args ?? []), options.port)
    } catch (error) {
      await guardian().remove(folder)
      throw error
    }
  }

  static async #startOn(
    port: number,
    folder: string,
    binary: RedisBinary,
    more: readonly string[],
  ): Promise<LocalRedis> {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--protected-mode', 'yes', '--dir', folder]
    args.push('--save', '', '--appendonly', 'no', ...more)
    const env = { ...bareEnvironment(folder), ...binary.env }
    const process = await guardian().start({ file: binary.file, args, env, cwd: folder }, 'SIGKILL')
    const password = valueAfter('--requirepass', more)
    const url = `redis://${password ? `:${encodeURIComponent(password)}@` : ''}127.0.0.1:${port}`
    let identity: RedisIdentity | undefined
    await waitUntilReady(process, 'redis', port, async () => {
      // Somebody else's server may answer on the port that we lost to it: only our own process counts.
      identity = await readRedisIdentity(url).catch(notYet)
      return identity?.pid === process.pid
    })
    return new LocalRedis(binary.origin, folder, process, url, port, identity?.version ?? '')
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #stop(): Promise<void> {
    await this.#process.stop('SIGTERM')
    await guardian().remove(this.#folder)
  }
}

function valueAfter(flag: string, args: readonly string[]): string | undefined {
  const at = args.indexOf(flag)
  return at < 0 ? undefined : args[at + 1]
}

function notYet(error: unknown): undefined {
  // Refused by the server itself (ACL, renamed INFO): waiting will not help, the reason will.
  if (/WRONGPASS|NOPERM|unknown command/i.test(reasonOf(error))) throw error
  return undefined
}
