import { Redis as Client } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { startRedis } from '../src/index.ts'
import { holdPort } from './held-port.ts'
import { leftovers, redisTraces } from './traces.ts'

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(url, { retryStrategy: () => null })
  client.on('error', () => {})
  try {
    return await work(client)
  } finally {
    client.disconnect()
  }
}

describe('startRedis', () => {
  it('answers commands, with the asked arguments, and says who it is', async () => {
    await using redis = await startRedis({ args: ['--maxmemory', '32mb'] })
    await withClient(redis.url, async client => {
      expect(await client.set('key', 'value')).toBe('OK')
      expect(await client.get('key')).toBe('value')
      expect(await client.config('GET', 'maxmemory')).toEqual(['maxmemory', String(32 * 1024 * 1024)])
      expect(await client.info('server')).toContain(`redis_version:${redis.version}`)
    })
  })

  it('puts an asked password into the URL and refuses a wrong one', async () => {
    await using redis = await startRedis({ args: ['--requirepass', 'open sesame/1'] })
    expect(await withClient(redis.url, client => client.ping())).toBe('PONG')
    await expect(withClient(`redis://:wrong@127.0.0.1:${redis.port}`, client => client.ping())).rejects.toThrow(
      /WRONGPASS|NOAUTH/,
    )
  })

  it('leaves no process and no folder behind when stopped, and can be stopped twice', async () => {
    const redis = await startRedis()
    const traces = await redisTraces(redis.url)
    await Promise.all([redis.stop(), redis.stop()])
    expect(await leftovers([traces], 0)).toEqual([])
  })

  it('restarts a server on the same port, empty', async () => {
    const first = await startRedis()
    await withClient(first.url, client => client.set('key', 'value'))
    await first.stop()
    await using second = await startRedis({ port: first.port })
    expect(await withClient(second.url, client => client.get('key'))).toBeNull()
  })

  it('says in one line that a port asked for is taken', async () => {
    await using other = await holdPort()
    await expect(startRedis({ port: other.port })).rejects.toMatchObject({ code: 'HOMEOSTAT_PORT_TAKEN' })
  })

  it('is not fooled by another Redis on the port', async () => {
    await using other = await startRedis()
    await expect(startRedis({ port: other.port })).rejects.toMatchObject({ code: 'HOMEOSTAT_PORT_TAKEN' })
  })

  it('says in one line why a server did not start', async () => {
    await expect(startRedis({ args: ['--maxmemory', 'much'] })).rejects.toMatchObject({
      code: 'HOMEOSTAT_SERVER_START_FAILED',
      message: expect.stringMatching(/^redis ended while starting .+$/),
    })
  })
})
