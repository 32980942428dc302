import { findOnPath } from './command.ts'
import { redisFromDebianPackages } from './debian-packages.ts'
import { reasonOf, RedisNotFoundError } from './errors.ts'
import type { RedisBinary, RedisBinaryOrigin } from './redis-binary.ts'

/** The first usable server of these origins. */
export async function findRedisBinary(
  origins: readonly RedisBinaryOrigin[],
  announce: (line: string) => void,
): Promise<RedisBinary> {
  const reasons = ['REDIS_URL is not set']
  let cause: unknown
  for (const origin of origins) {
    try {
      return { origin, ...(await (origin === 'path' ? redisOnPath() : redisFromDebianPackages(announce))) }
    } catch (error) {
      cause = error
      reasons.push(reasonOf(error))
    }
  }
  throw new RedisNotFoundError(reasons, { cause })
}

async function redisOnPath(): Promise<Omit<RedisBinary, 'origin'>> {
  for (const name of ['redis-server', 'valkey-server']) {
    const file = await findOnPath(name)
    if (file) return { file, env: {} }
  }
  throw new Error('neither redis-server nor valkey-server is on PATH')
}
