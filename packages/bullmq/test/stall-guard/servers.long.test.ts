import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis, type Redis as Server } from '@homeostat/services'
import { Queue, Worker, type ConnectionOptions } from 'bullmq'
import { Cluster, Redis } from 'ioredis'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { faultsOf } from '../gauges.ts'
import { ObservedGuard } from '../observed-guard.ts'
import { startCluster } from '../redis-cluster.ts'
import { MASTER, SENTINEL_PASSWORD, startSentinel } from '../redis-sentinel.ts'
import { connectionsOfGuards, LOCK_MS } from './guarded.ts'

let guard: ObservedGuard
const open: (() => unknown)[] = []

beforeEach(() => {
  guard = new ObservedGuard({ pollIntervalMs: 600_000 })
})
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
  guard[Symbol.dispose]()
})

function start(args: readonly string[]): Promise<Server> {
  const server = startRedis({ from: ['path', 'debian-packages'], args })
  open.push(async () => (await server).stop())
  return server
}

/** Blocks this process with a job, and returns what became of its lock. */
async function outcomeOf(prefix: string, connection: ConnectionOptions, admins: readonly Redis[]): Promise<string[]> {
  const queue = new Queue('q', { prefix, connection })
  const block = async (): Promise<void> => {
    const until = performance.now() + 4 * LOCK_MS
    while (performance.now() < until);
  }
  const worker = new Worker('q', block, { prefix, connection, lockDuration: LOCK_MS, stalledInterval: 60_000 })
  queue.on('error', () => {})
  worker.on('error', () => {})
  open.push(
    () => queue.close(),
    () => worker.close(),
  )
  const guards = async (): Promise<number> =>
    (await Promise.all(admins.map(connectionsOfGuards))).reduce((sum, count) => sum + count, 0)
  await expect.poll(guards, { timeout: 20_000 }).toBeGreaterThan(0)
  // A cluster may answer with another node first.
  await new Promise(resolve => setTimeout(resolve, 500))
  const before = guard.receipts.length
  await queue.add('pdf', {})
  await expect.poll(() => guard.receipts.length, { timeout: 20_000 }).toBe(before + 1)
  return guard.receipts.at(-1)!.rescued.map(({ outcome }) => outcome)
}

it('a queue on any node of a cluster is guarded', async () => {
  const { servers, admins, ...started } = await startCluster()
  open.push(() => started[Symbol.asyncDispose]())
  const cluster = new Cluster([{ host: servers[0].host, port: servers[0].port }], {
    redisOptions: { maxRetriesPerRequest: null },
  })
  open.push(() => cluster.disconnect())
  // Hash tags in both halves of the slots: each node has to redirect for one of them.
  for (const prefix of ['{a}', '{b}', '{c}', '{d}'])
    expect(await outcomeOf(prefix, cluster as never, admins), prefix).toEqual(['kept'])
  expect(faultsOf(guard.instrumentation)).toEqual({})
})

it('a server with TLS and a password is reached, also where an own function checks its identity', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homeostat-tls-'))
  open.push(() => rmSync(folder, { recursive: true }))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=redis.example', '-addext', 'subjectAltName=DNS:redis.example']
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-keyout', key, '-out', cert, ...subject],
    { stdio: 'ignore' },
  )
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  const tls = ['--tls-port', String(port), '--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert]
  const server = await start([...tls, '--tls-auth-clients', 'no', '--requirepass', 'secret'])
  const admin = new Redis(server.url)
  open.push(() => admin.disconnect())
  const ca = readFileSync(cert)
  const named = { port, host: '127.0.0.1', password: 'secret', db: 3, tls: { ca, servername: 'redis.example' } }
  expect(await outcomeOf('named', named, [admin])).toEqual(['kept'])
  // Its name is not the one in the certificate: Node's own check would refuse it.
  const checked = { ...named, tls: { ca, checkServerIdentity: () => undefined } }
  expect(await outcomeOf('checked', checked, [admin])).toEqual(['kept'])
  expect(faultsOf(guard.instrumentation)).toEqual({})
})

it('the master that sentinels name is guarded', async () => {
  const server = await start(['--requirepass', 'secret'])
  const admin = new Redis(server.url)
  open.push(() => admin.disconnect())
  const sentinel = await startSentinel(server, 'secret')
  open.push(() => sentinel[Symbol.asyncDispose]())
  const connection = {
    sentinels: [
      { host: '127.0.0.1', port: 1 },
      { host: '127.0.0.1', port: sentinel.port },
    ],
    name: MASTER,
    password: 'secret',
    sentinelPassword: SENTINEL_PASSWORD,
  }
  expect(await outcomeOf('p', connection, [admin])).toEqual(['kept'])
  expect(faultsOf(guard.instrumentation)).toEqual({})
})
