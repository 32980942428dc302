import { TcpProxy } from '@homeostat/services'
import { Queue } from 'bullmq'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { OwnRedis } from '../own-redis.ts'
import type { GuardedProcess } from './guarded-process.ts'
import { connectionsOfGuards, LOCK_MS, startGuarded, untilGuarded, type Guarded } from './guarded.ts'

const redis = new OwnRedis()
let prefix: string
let proxy: TcpProxy
let queue: Queue
const processes: Guarded[] = []

beforeEach(async () => {
  prefix = crypto.randomUUID()
  proxy = await TcpProxy.to(redis.server)
  queue = new Queue('q', { prefix, connection: { port: redis.server.port } })
})
afterEach(async () => {
  for (const { child } of processes.splice(0)) child.kill('SIGKILL')
  await redis.admin.config('SET', 'maxmemory', '0')
  await redis.admin.call('REPLICAOF', 'NO', 'ONE')
  await queue.close()
  await proxy[Symbol.asyncDispose]()
  await expect.poll(() => connectionsOfGuards(redis.admin), { timeout: 10_000 }).toBe(0)
})

/** A process with a guarded worker, by way of the proxy. Nobody takes its jobs over. */
async function start(connection: Partial<GuardedProcess['connection']> = {}): Promise<Guarded> {
  const guarded = await startGuarded({
    connection: { port: proxy.port, ...connection },
    prefix,
    guard: {},
    worker: { stalledInterval: 60_000 },
  })
  processes.push(guarded)
  return guarded
}

const add = (jobId: string, blockMs = 0): Promise<unknown> => queue.add('pdf', { blockMs }, { jobId })
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 20_000, interval: 20 })
const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
const isDone = (jobId: string) => eventually(() => queue.getJobState(jobId)).toBe('completed')
const starts = (): Promise<number> => redis.admin.llen(`${prefix}:starts`)
const outcomes = ({ receipts }: Guarded): string[] =>
  receipts.flatMap(({ rescued }) => rescued.map(({ outcome }) => outcome))

it('a user who may not extend locks gets one line at start, and the worker works', async () => {
  await redis.admin.call('ACL', 'SETUSER', 'narrow', 'on', '>secret-1', '~*', '&*', '+@all', '-pexpire')
  const guarded = await start({ username: 'narrow', password: 'secret-1' })
  await eventually(() => guarded.lines).toHaveLength(1)
  expect(guarded.lines[0]).toMatch(/queue q: the user of its Redis may not run .*PEXPIRE.*allow it \(NOPERM\)/)
  expect(guarded.lines[0]).not.toMatch(/secret|narrow|127\.0/)
  await add('a')
  await isDone('a')
  await add('b', 3 * LOCK_MS)
  await eventually(() => outcomes(guarded)).toEqual(['lost'])
  // A round that finds no lock of ours any more extends none, and does not show that it could.
  await add('c', 3 * LOCK_MS)
  await eventually(() => outcomes(guarded)).toEqual(['lost', 'lost'])
  await sleep(1000)
  expect(guarded.lines).toHaveLength(1)
})

it('credentials that are refused are one line', async () => {
  await redis.admin.call('ACL', 'SETUSER', 'changing', 'on', '>old-secret', '~*', '&*', '+@all')
  const { lines } = await start({ username: 'changing', password: 'old-secret' })
  await untilGuarded(redis.admin)
  await redis.admin.call('ACL', 'SETUSER', 'changing', 'resetpass', '>new-secret')
  await redis.admin.client('KILL', 'USER', 'changing')
  await eventually(() => lines).toHaveLength(1)
  expect(lines[0]).toMatch(/refuses the credentials of the application \(WRONGPASS\)/)
  expect(lines[0]).not.toMatch(/secret|changing/)
  await sleep(1000)
  expect(lines).toHaveLength(1)
})

it('a server that takes no writes is one line, and the worker works once it does', async () => {
  await redis.admin.call('REPLICAOF', '127.0.0.1', '1')
  const { lines } = await start()
  await eventually(() => lines).toHaveLength(1)
  expect(lines[0]).toMatch(/takes no writes \(READONLY\)/)
  await sleep(1000)
  expect(lines).toHaveLength(1)
  await redis.admin.call('REPLICAOF', 'NO', 'ONE')
  await add('a')
  await isDone('a')
})

it('a server that is out of memory still extends locks', async () => {
  const guarded = await start()
  await untilGuarded(redis.admin)
  await add('a', 6 * LOCK_MS)
  await eventually(starts).toBe(1)
  await redis.admin.config('SET', 'maxmemory', '1')
  await sleep(4 * LOCK_MS)
  // BullMQ itself could not record the end of the job.
  await redis.admin.config('SET', 'maxmemory', '0')
  await isDone('a')
  await eventually(() => outcomes(guarded)).toEqual(['kept'])
  expect(guarded.lines).toEqual([])
})

it('a server that cannot be reached is one line, and the guard is back with it', async () => {
  const guarded = await start()
  await untilGuarded(redis.admin)
  proxy.set('cut')
  await eventually(() => guarded.lines).toHaveLength(1)
  expect(guarded.lines[0]).toMatch(/cannot be reached \(E[A-Z]+\); until it can, a job .* may run twice/)
  await sleep(500)
  proxy.set('open')
  await add('a')
  await isDone('a')
  await untilGuarded(redis.admin)
  await add('b', 4 * LOCK_MS)
  await eventually(() => outcomes(guarded)).toEqual(['kept'])
  await isDone('b')
  expect(guarded.lines).toHaveLength(1)
})

it('a failover in the middle of a block is survived', async () => {
  const guarded = await start()
  await untilGuarded(redis.admin)
  await add('a', 8 * LOCK_MS)
  await eventually(starts).toBe(1)
  await sleep(LOCK_MS)
  proxy.set('cut')
  await sleep(50)
  proxy.set('open')
  await isDone('a')
  await eventually(() => outcomes(guarded)).toEqual(['kept'])
})

it('a server that does not answer is one line', async () => {
  const guarded = await start()
  await untilGuarded(redis.admin)
  await add('a', 4 * LOCK_MS)
  await eventually(starts).toBe(1)
  proxy.set('stalled')
  await eventually(() => guarded.lines).toHaveLength(1)
  expect(guarded.lines[0]).toMatch(/answers too late/)
  await eventually(() => outcomes(guarded)).toEqual(['lost'])
  proxy.set('open')
  await add('b')
  await isDone('b')
  expect(guarded.lines).toHaveLength(1)
})
