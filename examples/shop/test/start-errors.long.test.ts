import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import type { Postgres, Redis } from '@homeostat/services'
import { findFreePort, startPostgres, startRedis } from '@homeostat/services'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { start } from './main-process.ts'

let postgres: Postgres
let redis: Redis
let environment: Record<string, string>

beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres({ database: 'shop' }), startRedis()])
  environment = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    REDIS_PREFIX: 'shop-errors:',
    PORT: '0',
    WEBHOOK_URL: '',
  }
})

afterAll(async () => {
  await postgres?.stop()
  await redis?.stop()
})

/** The lines of the shop itself: Homeostat's own line at start comes with its first tick, before or after them. */
function withoutHomeostat(output: string): string {
  return output.replaceAll(/^homeostat: .*\n/gm, '')
}

/** What the shop writes when it cannot start. */
async function failure(changes: Record<string, string>): Promise<string> {
  await using program = start('main.ts', [], { ...environment, ...changes })
  const { code } = await program.ended
  expect(code).toBe(1)
  return withoutHomeostat(program.output())
}

describe('a shop that cannot start reports the reason in one line and ends with exit code 1', () => {
  it('when DATABASE_URL is malformed, without repeating it', async () => {
    expect(await failure({ DATABASE_URL: 'postgres//shop:secret@db' })).toBe(
      'shop: DATABASE_URL is not a valid URL: it should look like postgres://user:password@host:5432/shop\n',
    )
  })

  it('when DATABASE_URL is missing', async () => {
    expect(await failure({ DATABASE_URL: '' })).toBe(
      'shop: DATABASE_URL is not set: set it to something like postgres://user:password@host:5432/shop\n',
    )
  })

  it('when REDIS_URL is malformed', async () => {
    expect(await failure({ REDIS_URL: 'localhost:6379' })).toBe(
      'shop: REDIS_URL is not a valid URL: it should look like redis://host:6379\n',
    )
  })

  it('when the password is wrong', async () => {
    const url = new URL(postgres.url)
    url.password = 'wrong'
    expect(await failure({ DATABASE_URL: url.href })).toBe(
      `shop: Postgres at ${postgres.host}:${postgres.port} refused us (28P01): correct DATABASE_URL\n`,
    )
  })

  it('when the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    try {
      expect(await failure({ PORT: String(port) })).toBe(
        `shop: cannot listen on 127.0.0.1:${port} (EADDRINUSE): choose another PORT, or stop what listens there\n`,
      )
    } finally {
      taken.close()
    }
  })

  it('when the port is not a number', async () => {
    expect(await failure({ PORT: 'http' })).toBe('shop: PORT must be a whole number from 0 to 65535\n')
  })
})

describe('a shop whose servers do not answer serves all the same', () => {
  async function servesWithout(changes: Record<string, string>, expected: string): Promise<void> {
    await using program = start('main.ts', [], { ...environment, ...changes })
    await program.said('listening on ')
    const url = /listening on (\S+)/.exec(program.output())![1]!
    expect((await fetch(url)).status).toBe(200)
    expect((await fetch(`${url}/metrics`)).status).toBe(200)
    expect(program.output()).toContain(expected)
    program.child.kill('SIGTERM')
    expect(await program.ended).toEqual({ code: 0, signal: null })
    // One line for the trouble, one for listening.
    expect(withoutHomeostat(program.output()).trim().split('\n')).toHaveLength(2)
  }

  it('when Postgres is down', async () => {
    const port = await findFreePort()
    await servesWithout(
      { DATABASE_URL: `postgres://shop:secret@127.0.0.1:${port}/shop` },
      `shop: Postgres at 127.0.0.1:${port} does not answer (ECONNREFUSED): serving without it until it is back\n`,
    )
  })

  it('when Postgres accepts connections and sends nothing', async () => {
    const mute = createServer(socket => socket.resume().on('error', () => undefined)).listen(0, '127.0.0.1')
    await once(mute, 'listening')
    const { port } = mute.address() as AddressInfo
    try {
      await servesWithout(
        { DATABASE_URL: `postgres://shop:secret@127.0.0.1:${port}/shop` },
        `shop: Postgres at 127.0.0.1:${port} does not answer (`,
      )
    } finally {
      mute.close()
    }
  })

  it('when Redis is down', async () => {
    const port = await findFreePort()
    await servesWithout(
      { REDIS_URL: `redis://127.0.0.1:${port}` },
      `shop: Redis at 127.0.0.1:${port} does not answer (ECONNREFUSED): serving without it until it is back\n`,
    )
  })
})
