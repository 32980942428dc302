import { databasePart, hostPart, portPart, UNKNOWN_PART } from '@homeostat/signals'
import type { RedisClient } from './reply-handler.ts'

/** The address of a client's database, for people and to distinguish servers. */
export function redisAddress({ options }: RedisClient): string {
  const { path, host = 'localhost', port = 6379, db = 0, sentinels, name } = options ?? {}
  const at = `${hostPart(host) ?? UNKNOWN_PART}:${portPart(port) ?? UNKNOWN_PART}`
  const server = sentinels ? `sentinel:${databasePart(name) ?? UNKNOWN_PART}` : isGiven(path) ? socketOf(path) : at
  return `${server}/${portPart(db) ?? UNKNOWN_PART}`
}

function isGiven(path: unknown): boolean {
  return path !== undefined && path !== null && path !== ''
}

function socketOf(path: unknown): string {
  return (typeof path === 'string' && path.startsWith('/') ? hostPart(path) : undefined) ?? UNKNOWN_PART
}
