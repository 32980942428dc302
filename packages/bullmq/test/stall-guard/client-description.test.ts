import { Cluster, Redis } from 'ioredis'
import { afterEach, expect, it } from 'vitest'
import { describeServer } from '../../src/stall-guard/client-description.ts'
import type { WorkerObject } from '../../src/signals/queue-object.ts'

const clients: { disconnect(): void }[] = []
afterEach(() => clients.splice(0).forEach(client => client.disconnect()))

function redis(...options: readonly unknown[]): Redis {
  const client = Reflect.construct(Redis, options) as Redis
  clients.push(client)
  return client
}

/** A worker with this client, as BullMQ 5 has it, or as BullMQ 6 has it. */
const workers = (client: unknown): WorkerObject[] => {
  const plain = { name: 'q', qualifiedName: 'bull:q', keys: {} }
  return [
    { ...plain, client: Promise.resolve(client) } as WorkerObject,
    { ...plain, backend: { client: Promise.resolve(client), getCounts: async () => [] } } as unknown as WorkerObject,
  ]
}

async function description(client: unknown): Promise<unknown> {
  const [five, six] = await Promise.all(workers(client).map(describeServer))
  expect(five).toEqual(six)
  // A thread is given it.
  expect(() => structuredClone(five)).not.toThrow()
  return five
}

const lazy = { lazyConnect: true, maxRetriesPerRequest: null }

it('describes a server as its client reaches it', async () => {
  expect(
    await description(redis({ ...lazy, host: 'h', port: 1, db: 3, username: 'u', password: 'p', family: 6 })),
  ).toEqual({
    description: {
      kind: 'standalone',
      addresses: [{ host: 'h', port: 1 }],
      username: 'u',
      password: 'p',
      db: 3,
      family: 6,
    },
  })
  expect(await description(redis('rediss://u:p%40@h:7/2', lazy))).toMatchObject({
    description: { addresses: [{ host: 'h', port: 7 }], username: 'u', password: 'p@', db: 2, tls: {} },
  })
  expect(await description(redis('/var/run/redis.sock', lazy))).toMatchObject({
    description: { addresses: [{ path: '/var/run/redis.sock' }] },
  })
})

it('leaves out functions, which no thread can be given', async () => {
  const client = redis({
    ...lazy,
    retryStrategy: () => 5,
    reconnectOnError: () => true,
    tls: { ca: Buffer.from('ca'), servername: 's' },
  })
  expect(await description(client)).toMatchObject({ description: { tls: { ca: Buffer.from('ca'), servername: 's' } } })
})

it('never makes a connection less strict: an own check of the identity becomes the certificates that it has accepted', async () => {
  const tls = { checkServerIdentity: () => undefined, rejectUnauthorized: true }
  const client = redis({ ...lazy, tls })
  // Not connected: nothing was accepted yet.
  expect(await description(client)).toMatchObject({
    description: { tls: { rejectUnauthorized: true }, acceptedCertificates: [] },
  })
  const stream = { getPeerCertificate: () => ({ fingerprint256: 'AB:CD' }) }
  expect(await description(Object.assign(client, { stream }))).toMatchObject({
    description: { acceptedCertificates: ['AB:CD'] },
  })
  Object.assign(client, { stream: undefined })
})

it('says why a connection cannot be described', async () => {
  const { createSecureContext } = await import('node:tls')
  expect(await description(redis({ ...lazy, tls: { secureContext: createSecureContext() } }))).toEqual({
    why: expect.stringContaining('tls.secureContext'),
  })
  expect(await description({ options: { socket: { host: 'h' } }, isReady: true })).toEqual({
    why: expect.stringContaining('ioredis'),
  })
  expect(await description(undefined)).toEqual({ why: expect.stringContaining('ioredis') })
})

it('describes the sentinels of a master', async () => {
  const sentinels = [{ host: 's1', port: 1 }, { host: 's2' }]
  const options = {
    ...lazy,
    sentinels,
    name: 'main',
    sentinelPassword: 'sp',
    password: 'p',
    tls: {},
    natMap: { '10.0.0.1:6379': { host: 'h', port: 2 } },
  }
  const expected = {
    kind: 'sentinel',
    addresses: [
      { host: 's1', port: 1 },
      { host: 's2', port: 26_379 },
    ],
    masterName: 'main',
    sentinelPassword: 'sp',
    password: 'p',
    db: 0,
    natMap: { '10.0.0.1:6379': { host: 'h', port: 2 } },
  }
  // ioredis uses TLS there only when it is asked to.
  expect(await description(redis(options))).toEqual({ description: expected })
  expect(await description(redis({ ...options, enableTLSForSentinelMode: true }))).toEqual({
    description: { ...expected, tls: {} },
  })
  expect(await description(redis({ ...options, natMap: () => null }))).toEqual({
    why: expect.stringContaining('natMap'),
  })
})

it('describes the nodes of a cluster that are known', async () => {
  const cluster = new Cluster([{ host: 'h', port: 1 }], { lazyConnect: true, redisOptions: { password: 'p' } })
  clients.push(cluster)
  expect(await description(cluster)).toEqual({ why: expect.stringContaining('cluster') })
  Object.assign(cluster, {
    nodes: () => [redis({ ...lazy, host: 'n1', port: 2 }), redis({ ...lazy, host: 'n2', port: 3 })],
  })
  expect(await description(cluster)).toEqual({
    description: {
      kind: 'cluster',
      addresses: [
        { host: 'n1', port: 2 },
        { host: 'n2', port: 3 },
      ],
      password: 'p',
    },
  })
})
