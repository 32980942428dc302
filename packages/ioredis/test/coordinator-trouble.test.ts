import { replyTrouble } from '../src/coordinator/reply-trouble.ts'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { CoordinatorUnavailableError } from '@homeostat/optimizer/engines'
import { startRedis, TcpProxy } from '@homeostat/services'
import { Redis } from 'ioredis'
import { afterAll, expect, it, vi } from 'vitest'
import { createRedisCoordinator, ioredis } from '../src/domain.ts'

const redis = await startRedis({ from: ['path', 'debian-packages'] })
const client = new Redis(redis.url)
afterAll(async () => {
  client.disconnect()
  await redis.stop()
})

it('waits for a server that hangs no longer than its timeout, and uses a new connection afterwards', async () => {
  await using wire = await TcpProxy.to(redis)
  const client = new Redis(wire.through(redis.url))
  await using coordinator = createRedisCoordinator({ client, service: 'hangs', timeoutMs: 500 })
  const beats = (): Promise<number> => coordinator.beat('a', 60_000)
  await vi.waitFor(async () => expect(await beats()).toBe(1), { timeout: 20_000 })
  wire.set('stalled')
  await expect(coordinator.acquire('knob/a', 60_000)).rejects.toThrow(CoordinatorUnavailableError)
  wire.set('open')
  await vi.waitFor(async () => expect(await beats()).toBe(1), { timeout: 20_000 })
  client.disconnect()
})

it("reports the problem without repeating the server's text, which may hold keys", async () => {
  await client.call('ACL', 'SETUSER', 'reader', 'on', '>secret', '~*', '+@read', '+info', '+hello', '+client')
  const reader = client.duplicate({ username: 'reader', password: 'secret', lazyConnect: true })
  await using coordinator = createRedisCoordinator({ client: reader, service: 'refused' })
  const refused = await coordinator.acquire('knob/secret-name', 60_000).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(CoordinatorUnavailableError)
  expect(String(refused)).toContain(
    `redis 127.0.0.1:${redis.port}/0 does not coordinate: its user may not run EVAL: add +eval to its ACL (NOPERM)`,
  )
  expect(String(refused)).not.toContain('secret-name')
  reader.disconnect()
})

it.each<[string, readonly string[], string | RegExp]>([
  [
    'no right to EVAL',
    ['~*', '+@read', '+hello', '+client'],
    'its user may not run EVAL: add +eval to its ACL (NOPERM)',
  ],
  [
    'no right to our keys',
    ['~app:*', '+@all'],
    'its user has no right to the keys homeostat:{refused}:*: add ~homeostat:{refused}:* to its ACL (NOPERM)',
  ],
  [
    'no right to a command of the script',
    ['~*', '+eval', '+exists', '+hello', '+client'],
    /its user may not run (?:INCR: add \+incr|each command of our scripts: add .* ~homeostat:\{refused\}:\*) to its ACL \(NOPERM\)$/,
  ],
])('2-76: says which server, and which right is missing: %s', async (_, rules, expected) => {
  await client.call('ACL', 'SETUSER', 'restricted', 'reset', 'on', '>secret', ...rules)
  const restricted = client.duplicate({ username: 'restricted', password: 'secret', lazyConnect: true })
  await using coordinator = createRedisCoordinator({ client: restricted, service: 'refused' })
  const refused = await coordinator.acquire('knob/secret-name', 60_000).catch((error: unknown) => error)
  const { message } = refused as Error
  expect(message).toContain(`redis 127.0.0.1:${redis.port}/0 does not coordinate: `)
  expect(message).toMatch(expected)
  restricted.disconnect()
})

it.each<[string, object, RegExp]>([
  [
    'wrong password',
    { username: 'restricted', password: 'wrong' },
    /there is no connection: wrong user name or password \(WRONGPASS\)$/,
  ],
  [
    'the connection is refused',
    { port: 1 },
    /there is no connection: the connection was refused: is the server up\? \(ECONNREFUSED\)$/,
  ],
])('2-76: says why there is no connection: %s', async (_, options, expected) => {
  const elsewhere = client.duplicate({ ...options, lazyConnect: true })
  await using coordinator = createRedisCoordinator({ client: elsewhere, service: 'refused' })
  const refused = await coordinator.acquire('knob/a', 60_000).catch((error: unknown) => error)
  expect((refused as Error).message).toMatch(expected)
  elsewhere.disconnect()
})

it.each([
  [
    'READONLY You cant write against a read only replica.',
    'it is a replica, which takes no writes: use a client of the primary (READONLY)',
  ],
  ["OOM command not allowed when used memory > 'maxmemory'. secret", 'its memory is full: raise maxmemory (OOM)'],
  ['MOVED 1234 10.0.0.1:6379', 'ReplyError'],
  ['the key secret is odd', 'ReplyError'],
])('2-76: a reply %j is quoted by nothing but its first word', (message, expected) => {
  const error = Object.assign(new Error(message), { name: 'ReplyError' })
  expect(replyTrouble(error, 'homeostat:{a}:*')).toBe(expected)
})

it('does not keep a process alive that has nothing else to do', async () => {
  const program = new URL('fixtures/idle-coordinator.ts', import.meta.url)
  const { stdout } = await promisify(execFile)(process.execPath, [program.pathname, redis.url], { timeout: 25_000 })
  expect(stdout).toBe('holds the lease\n')
})

it('finds the server that the application uses, and not its own connections', async () => {
  const domain = ioredis()
  domain.instrumentation.enable()
  const [app, same] = [new Redis(redis.url), new Redis(redis.url)]
  await Promise.all([app.get('a'), same.get('a')])
  const found = domain.coordinators?.('shop') ?? []
  const addresses = new Set(found.map(({ address }) => address))
  expect([...addresses]).toEqual([`127.0.0.1:${redis.port}/0`])
  await using coordinator = found[0]!.create()
  expect(await coordinator.beat('a', 60_000)).toBe(1)
  expect(domain.coordinators?.('shop')).toHaveLength(found.length)
  app.disconnect()
  same.disconnect()
  domain.instrumentation.disable()
})
