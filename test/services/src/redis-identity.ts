import { Redis as Client } from 'ioredis'

/** Which server answers. */
export interface RedisIdentity {
  readonly version: string
  readonly pid: number
}

/** Asks the server who it is; one attempt. */
export async function readRedisIdentity(url: string, timeoutMs: number = 5_000): Promise<RedisIdentity> {
  const client = new Client(url, {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
  })
  // connect() rejects with "Connection is closed."; the reason is only in the event.
  let reason: Error | undefined
  client.on('error', (error: Error) => {
    reason ??= error
  })
  try {
    await client.connect()
    const info = await client.info('server')
    return { version: field(info, 'redis_version'), pid: Number(field(info, 'process_id')) }
  } catch (error) {
    throw reason ?? error
  } finally {
    client.disconnect()
  }
}

function field(info: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? ''
}
